import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { StreamEvent } from "../../../../canonical/index.ts";
import { NO_CONTEXT, readEvents, readPieces } from "./hub.fixture.ts";
import { MessageStreamReader } from "./read-stream.ts";

const START = { type: "message_start", message: { id: "msg_1", model: "claude", content: [] } };
const STOP = { type: "message_stop" };
const STARTED: StreamEvent = { type: "start", id: "msg_1", model: "claude" };
const ENDED: StreamEvent = { type: "end", stopReason: "end_turn" };
const CLOSED: StreamEvent = { type: "block_end" };

const opens = (content_block: object, index = 0) => ({
  type: "content_block_start",
  index,
  content_block,
});
const piece = (delta: object, index = 0) => ({ type: "content_block_delta", index, delta });
const closes = (index = 0) => ({ type: "content_block_stop", index });
const ends = (stop_reason: string, usage: object = {}) => ({
  type: "message_delta",
  delta: { stop_reason },
  usage,
});
const textPiece = (text: string) => piece({ type: "text_delta", text });
const inputPiece = (partial_json: string) => piece({ type: "input_json_delta", partial_json });

describe("MessageStreamReader", () => {
  const opened = (type: "text" | "thinking"): StreamEvent => ({ type: "block", block: { type } });
  const delta = (text: string): StreamEvent => ({ type: "delta", delta: { type: "text", text } });
  const use = { type: "tool_use", id: "t", name: "n", input: {} };
  const used: StreamEvent = { type: "block", block: { type: "tool_use", id: "t", name: "n" } };
  const input = (json: string): StreamEvent => ({ type: "delta", delta: { type: "input", json } });
  const called: StreamEvent = { type: "end", stopReason: "tool_use" };

  const ROWS: readonly (readonly [string, readonly object[], readonly StreamEvent[]])[] = [
    [
      "text",
      [START, opens({ type: "text", text: "" }), textPiece("Hi"), closes(), ends("end_turn"), STOP],
      [STARTED, opened("text"), delta("Hi"), CLOSED, ENDED],
    ],
    [
      "a call, without the empty pieces",
      [START, opens(use), inputPiece(""), inputPiece('{"a":'), inputPiece("1}"), closes(), STOP],
      [STARTED, used, input('{"a":'), input("1}"), CLOSED, called],
    ],
    [
      "a call that was opened with its input",
      [START, opens({ ...use, input: { a: 1 } }), closes(), STOP],
      [STARTED, used, input('{"a":1}'), CLOSED, called],
    ],
    [
      "a call that was opened with its input and then streamed it",
      [START, opens({ ...use, input: { a: 1 } }), inputPiece('{"a":1}'), closes(), STOP],
      [STARTED, used, input('{"a":1}'), CLOSED, called],
    ],
    [
      "a call without a name, which nobody could run",
      [START, opens({ ...use, name: "" }), inputPiece("{}"), closes(), ends("tool_use"), STOP],
      [STARTED, ENDED],
    ],
    [
      "a text that was opened with its words",
      [START, opens({ type: "text", text: "Hi" }), closes(), STOP],
      [STARTED, opened("text"), delta("Hi"), CLOSED, ENDED],
    ],
    [
      "blocks that nobody closed",
      [START, opens({ type: "text" }), textPiece("a"), opens(use, 1), STOP],
      [STARTED, opened("text"), delta("a"), CLOSED, used, CLOSED, called],
    ],
    [
      "pieces that nobody opened a block for",
      [START, piece({ type: "thinking_delta", thinking: "h" }), textPiece("a"), STOP],
      [
        STARTED,
        opened("thinking"),
        { type: "delta", delta: { type: "thinking", text: "h" } },
        CLOSED,
        opened("text"),
        delta("a"),
        CLOSED,
        ENDED,
      ],
    ],
    ["input without a call", [START, inputPiece("{}"), STOP], [STARTED, ENDED]],
    [
      "a block of its own with what belongs to it",
      [START, opens({ type: "server_tool_use", id: "s" }), inputPiece("{}"), closes(), STOP],
      [
        STARTED,
        {
          type: "block",
          block: {
            type: "opaque",
            kind: "server_tool_use",
            raw: { type: "server_tool_use", id: "s" },
          },
        },
        {
          type: "delta",
          delta: { type: "opaque", raw: { type: "input_json_delta", partial_json: "{}" } },
        },
        CLOSED,
        ENDED,
      ],
    ],
    ["a second start", [START, START, STOP], [STARTED, ENDED]],
    [
      "no start",
      [opens({ type: "text" }), STOP],
      [{ type: "start", id: "", model: "" }, opened("text"), CLOSED, ENDED],
    ],
    ["a stream that told why it ended", [START, ends("end_turn")], [STARTED, ENDED]],
    ["events that are new", [START, { type: "new" }, { type: "ping" }, STOP], [STARTED, ENDED]],
    ["nothing after the end", [START, STOP, textPiece("a"), START], [STARTED, ENDED]],
  ];
  for (const [name, events, expected] of ROWS) {
    it(`reads ${name}`, () => assert.deepEqual(readEvents(events), expected));
  }

  it("merges what the start and the end count, the last word on each", () => {
    const message = {
      id: "",
      model: "",
      usage: {
        input_tokens: 5,
        output_tokens: 1,
        cache_creation_input_tokens: 7,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 7 },
      },
    };
    const events = readEvents([
      { type: "message_start", message },
      ends("end_turn", { output_tokens: 9, input_tokens: null }),
      STOP,
    ]);
    const end = events.at(-1);
    assert.deepEqual(end?.type === "end" && JSON.parse(JSON.stringify(end.usage)), {
      input: 5,
      output: 9,
      cacheWrite5m: 0,
      cacheWrite1h: 7,
    });
  });

  const BROKEN: readonly (readonly [string, readonly object[], string])[] = [
    [
      "its own error",
      [START, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }],
      "overloaded",
    ],
    ["an error without its type", [{ error: { type: "overloaded_error" } }], "overloaded"],
    ["a break before the end", [START, opens({ type: "text" }), textPiece("a")], "server"],
    ["nothing at all", [], "server"],
  ];
  for (const [name, events, kind] of BROKEN) {
    it(`fails for ${name}`, () => {
      const last = readEvents(events).at(-1);
      assert.equal(last?.type === "error" && last.error.kind, kind);
    });
  }

  it("fails for an event that is not JSON, and takes the mark of another dialect's end", () => {
    const reader = new MessageStreamReader(NO_CONTEXT);
    assert.deepEqual(reader.push({ event: undefined, data: "[DONE]" }), []);
    assert.equal(reader.push({ event: "message_start", data: '{"typ' })[0]?.type, "error");
    assert.deepEqual(reader.end(), []);
  });

  const ending = fc.constantFrom("\n", "\r\n", "\r");
  const chunk = fc.oneof(
    fc.constantFrom<object>(
      START,
      opens({ type: "text", text: "" }),
      opens({ type: "thinking", thinking: "é" }),
      opens(use),
      opens({ type: "new" }),
      inputPiece('{"ü":1}'),
      piece({ type: "signature_delta", signature: "s" }),
      closes(),
      ends("max_tokens", { output_tokens: 3 }),
      STOP,
    ),
    fc.string({ unit: "grapheme" }).map(textPiece),
    fc.dictionary(fc.constantFrom("type", "delta", "content_block", "usage"), fc.jsonValue()),
  );

  it("gives the same events however the bytes are split, always by the contract", () => {
    fc.assert(
      fc.property(
        fc.array(chunk),
        ending,
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (events, lf, sizes) => {
          const sse = events.map(
            (event) => `event: e${lf}data: ${JSON.stringify(event)}${lf}${lf}`,
          );
          const bytes = Buffer.from(sse.join(""));
          const pieces: Buffer[] = [];
          for (let from = 0; from < bytes.length; ) {
            const size: number = sizes.next().value ?? 1;
            pieces.push(bytes.subarray(from, from + size));
            from += size;
          }
          const read = readPieces(pieces);
          assert.deepEqual(read, readPieces([bytes]));
          assert.match(
            read.map(({ type }) => type).join(" "),
            /^(start( block( delta)* block_end)* end|(start( block( delta)* block_end)*( block( delta)*)? )?error)$/,
          );
        },
      ),
    );
  });
});
