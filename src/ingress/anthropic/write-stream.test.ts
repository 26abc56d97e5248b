import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../base/json.ts";
import type { JsonObject, StreamEvent } from "../../canonical/index.ts";
import { streamEvents } from "./stream-events.fixture.ts";
import { PING, StreamWriter } from "./write-stream.ts";

const OPTIONS = { model: "asked-for", estimatedInputTokens: 700, credential: "caller" } as const;

interface Sent {
  readonly name: string;
  readonly data: JsonObject;
}

function write(events: readonly StreamEvent[]): readonly Sent[] {
  const writer = new StreamWriter(OPTIONS);
  return parse(events.map((event) => writer.push(event)).join(""));
}

function parse(sse: string): readonly Sent[] {
  return sse
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => {
      const match = /^event: (?<name>[a-z_]+)\ndata: (?<data>[^\n]*)$/.exec(event);
      const data: unknown = JSON.parse(match?.groups?.["data"] ?? "");
      assert.ok(isObject(data), event);
      return { name: match?.groups?.["name"] ?? "", data };
    });
}

function isOfBlock({ name }: Sent): boolean {
  return name.startsWith("content_");
}

const START: StreamEvent = { type: "start", id: "msg_1", model: "served" };
const END: StreamEvent = { type: "end", stopReason: "end_turn" };

describe("StreamWriter", () => {
  it("keeps the API's order for every stream that keeps the contract", () => {
    fc.assert(
      fc.property(streamEvents, (events) => {
        const sent = write(events);
        for (const { name, data } of sent) assert.equal(data["type"], name);
        const names = sent.map(({ name }) => name.replace("content_block_", ""));
        assert.match(
          names.join(" "),
          /^message_start( start( delta)* stop)*( message_delta message_stop| error)$/,
        );
        let index = -1;
        for (const { name, data } of sent.filter(isOfBlock)) {
          if (name === "content_block_start") index += 1;
          assert.equal(data["index"], index);
        }
      }),
    );
  });

  it("closes a block that a careless reader left open", () => {
    const open: StreamEvent = { type: "block", block: { type: "text" } };
    const names = write([START, open, open, END]).map(({ name }) => name);
    assert.equal(names.filter((name) => name === "content_block_stop").length, 2);
  });

  it("gives an answer without a block one empty text block", () => {
    const [, opened, closed] = write([START, END]);
    assert.deepEqual(opened?.data["content_block"], { type: "text", text: "" });
    assert.equal(closed?.name, "content_block_stop");
  });

  it("names the model that the client asked for, and estimates what nobody counted", () => {
    const text = "x".repeat(400);
    const sent = write([
      START,
      { type: "block", block: { type: "text" } },
      { type: "delta", delta: { type: "text", text } },
      { type: "block_end" },
      END,
    ]);
    const message = sent[0]?.data["message"];
    assert.ok(isObject(message));
    assert.equal(message["model"], "asked-for");
    assert.deepEqual(message["usage"], { input_tokens: 700, output_tokens: 0 });
    assert.deepEqual(sent.at(-2)?.data["usage"], { input_tokens: 700, output_tokens: 100 });
  });

  it("puts the truth in the end, cache counts and thinking too", () => {
    const usage = {
      input: 5,
      cacheRead: 100,
      cacheWrite5m: 20,
      cacheWrite1h: 3,
      output: 9,
      reasoning: 4,
    };
    const end = write([START, { ...END, usage }]).at(-2);
    assert.deepEqual(end?.data["usage"], {
      input_tokens: 5,
      cache_creation_input_tokens: 23,
      cache_read_input_tokens: 100,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 3 },
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 4 },
    });
  });

  it("opens a call with an empty object and always sends a piece of input", () => {
    const sent = write([
      START,
      { type: "block", block: { type: "tool_use", id: "toolu_1", name: "now" } },
      { type: "block_end" },
      { type: "end", stopReason: "tool_use" },
    ]);
    assert.deepEqual(sent[1]?.data["content_block"], {
      type: "tool_use",
      id: "toolu_1",
      name: "now",
      input: {},
    });
    assert.deepEqual(sent[2]?.data["delta"], { type: "input_json_delta", partial_json: "" });
  });

  it("ends a broken stream with its error and without a stop, and never as a 401 of the gateway's own", () => {
    const writer = new StreamWriter({ ...OPTIONS, credential: "gateway" });
    const error = { kind: "authentication", message: "bad key sk-secret" } as const;
    const [sent] = parse(writer.push({ type: "error", error }));
    assert.equal(sent?.name, "error");
    assert.ok(isObject(sent.data["error"]));
    assert.equal(sent.data["error"]["type"], "api_error");
    assert.doesNotMatch(JSON.stringify(sent), /sk-secret/);
  });

  it("has a ping of the API's own", () => {
    assert.deepEqual(parse(PING), [{ name: "ping", data: { type: "ping" } }]);
  });
});
