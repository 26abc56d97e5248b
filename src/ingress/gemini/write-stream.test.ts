import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../base/json.ts";
import type { JsonObject, OpenedBlock, StreamEvent } from "../../canonical/index.ts";
import { streamEvents } from "../anthropic/stream-events.fixture.ts";
import { unpackThinking } from "./carrier.ts";
import { ARRAY, SSE } from "./framing.ts";
import { StreamWriter } from "./write-stream.ts";

const OPTIONS = { model: "asked-for", estimatedInputTokens: 700, credential: "caller" } as const;
const START: StreamEvent = { type: "start", id: "msg_1", model: "served" };
const END: StreamEvent = { type: "end", stopReason: "end_turn" };

function write(events: readonly StreamEvent[], framing = SSE): string {
  const writer = new StreamWriter(OPTIONS, framing);
  return events.map((event) => writer.push(event)).join("");
}

/** The responses of a stream of events. */
function responses(events: readonly StreamEvent[]): readonly JsonObject[] {
  const sse = write([START, ...events]);
  assert.match(sse, /^(?:data: [^\r\n]+\r\n\r\n)+$/);
  return sse
    .trimEnd()
    .split("\r\n\r\n")
    .map((line): unknown => JSON.parse(line.slice("data: ".length)))
    .filter(isObject);
}

function candidate(response: JsonObject | undefined) {
  return JSON.parse(JSON.stringify(response))?.candidates?.[0];
}

function parts(events: readonly StreamEvent[]) {
  return responses(events).map((response) => candidate(response).content.parts[0]);
}

function block(opened: OpenedBlock, ...deltas: readonly string[]): readonly StreamEvent[] {
  const told = deltas.map((text): StreamEvent => {
    if (opened.type === "tool_use") return { type: "delta", delta: { type: "input", json: text } };
    const type = opened.type === "thinking" ? "thinking" : "text";
    return { type: "delta", delta: { type, text } };
  });
  return [{ type: "block", block: opened }, ...told, { type: "block_end" }];
}

function signed(text: string, signature: string): readonly StreamEvent[] {
  const [opened, ...rest] = block({ type: "thinking" }, text);
  const proof: StreamEvent = { type: "delta", delta: { type: "signature", signature } };
  return opened === undefined ? [] : [opened, ...rest.slice(0, -1), proof, { type: "block_end" }];
}

const CALL: OpenedBlock = { type: "tool_use", id: "c", name: "f" };
const CALLED = { functionCall: { id: "c", name: "f", args: {} } };
const THOUGHT = { type: "thinking", text: "Hm.", signature: "spw1.x.AA.m" } as const;

describe("StreamWriter", () => {
  it("writes text as it comes, and reason and usage with the last response", () => {
    const usage = { input: 5, cacheRead: 3, cacheWrite5m: 2, output: 9, reasoning: 4 };
    const written = responses([
      ...block({ type: "text" }, "a", "", "b"),
      { type: "end", stopReason: "max_tokens", usage },
    ]);
    const frame = { modelVersion: "asked-for", responseId: "msg_1" };
    const content = (text: string) => ({ parts: [{ text }], role: "model" });
    assert.deepEqual(written, [
      { candidates: [{ content: content("a"), index: 0 }], ...frame },
      { candidates: [{ content: content("b"), index: 0 }], ...frame },
      {
        candidates: [{ content: content(""), finishReason: "MAX_TOKENS", index: 0 }],
        usageMetadata: {
          promptTokenCount: 10,
          cachedContentTokenCount: 3,
          candidatesTokenCount: 5,
          thoughtsTokenCount: 4,
          totalTokenCount: 19,
        },
        ...frame,
      },
    ]);
  });

  it("writes a call whole, and ends with an ordinary stop", () => {
    const events = [...block(CALL, '{"a":', "12345678901234567890}"), ...block(CALL)];
    const end: StreamEvent = { type: "end", stopReason: "tool_use" };
    assert.match(write([...events, end]), /"args":\{"a":12345678901234567890\}/);
    assert.deepEqual(parts([...events, end]).slice(1), [CALLED, { text: "" }]);
    assert.equal(candidate(responses([...events, end]).at(-1)).finishReason, "STOP");
  });

  it("puts the proof of thinking on the part behind it", () => {
    const told = parts([...signed("Hm.", "spw1.x.AA.m"), ...block(CALL), ...block(CALL), END]);
    const { thoughtSignature, ...call } = told[1];
    assert.deepEqual([told[0], call, told[2]], [{ text: "Hm.", thought: true }, CALLED, CALLED]);
    assert.deepEqual(unpackThinking(thoughtSignature), [THOUGHT]);
  });

  it("carries several proofs on one part, and those behind which nothing comes", () => {
    const redacted = block({ type: "redacted_thinking", data: "d" });
    const told = parts([...signed("Hm.", "spw1.x.AA.m"), ...redacted, END]);
    assert.equal(told.at(-1).text, "");
    assert.deepEqual(unpackThinking(told.at(-1).thoughtSignature), [
      THOUGHT,
      { type: "redacted_thinking", data: "d" },
    ]);
  });

  it("writes thoughts by paragraphs, for clients show each part by itself", () => {
    const events = block({ type: "thinking" }, "**A**", "\n\nb", "c\n", "\nd", "\n\n");
    assert.deepEqual(parts([...events, END]), [
      { text: "**A**\n\n", thought: true },
      { text: "bc\n\n", thought: true },
      { text: "d\n\n", thought: true },
      { text: "" },
    ]);
  });

  it("leaves out a call whose arguments are no JSON, and says so where the model is to blame", () => {
    const broken = block(CALL, '{"a":');
    const last = candidate(responses([...broken, { type: "end", stopReason: "tool_use" }]).at(-1));
    assert.equal(last.finishReason, "MALFORMED_FUNCTION_CALL");
    assert.match(last.finishMessage, /\bf\b/);
    const cut = candidate(responses([...broken, { type: "end", stopReason: "max_tokens" }]).at(-1));
    assert.equal(cut.finishReason, "MAX_TOKENS");
  });

  it("tells a search beside the answer, and code as this API does", () => {
    const used = (name: string, id: string): OpenedBlock => ({
      type: "opaque",
      kind: "server_tool_use",
      raw: { type: "server_tool_use", id, name, input: {} },
    });
    const piece = (partial_json: string): StreamEvent => ({
      type: "delta",
      delta: { type: "opaque", raw: { type: "input_json_delta", partial_json } },
    });
    const found = { type: "web_search_result", url: "https://a", title: "A" };
    const written = responses([
      { type: "block", block: used("web_search", "s") },
      piece('{"query":'),
      piece('"q"}'),
      ...block({
        type: "opaque",
        kind: "web_search_tool_result",
        raw: { tool_use_id: "s", content: [found] },
      }),
      { type: "block", block: used("code_execution", "x") },
      piece('{"code":"1"}'),
      ...block({
        type: "opaque",
        kind: "code_execution_tool_result",
        raw: { tool_use_id: "x", content: { stdout: "1", stderr: "", return_code: 0 } },
      }),
      ...block({ type: "opaque", kind: "new_block", raw: {} }),
      END,
    ]);
    assert.deepEqual(candidate(written.at(-1)).groundingMetadata, {
      webSearchQueries: ["q"],
      groundingChunks: [{ web: { uri: "https://a", title: "A" } }],
    });
    assert.deepEqual(
      written.map((response) => candidate(response).content.parts[0]),
      [
        { executableCode: { id: "x", language: "PYTHON", code: "1" } },
        { codeExecutionResult: { id: "x", outcome: "OUTCOME_OK", output: "1" } },
        { text: "[left out: new_block, which this API has no place for]" },
        { text: "" },
      ],
    );
  });

  it("estimates what the upstream did not count", () => {
    const written = responses([...block({ type: "text" }, "a".repeat(400)), END]);
    const usage = JSON.parse(JSON.stringify(written.at(-1))).usageMetadata;
    assert.equal(usage.promptTokenCount, 700);
    assert.ok(usage.candidatesTokenCount >= 100);
  });

  it("is read by the pattern of clients in use, with pings anywhere and whatever the text is", () => {
    const pattern = /^\s*data: (.*)(?:\n\n|\r\r|\r\n\r\n)/;
    const said = "a\u2028b\u2029c\r\n\r\nd";
    const writer = new StreamWriter(OPTIONS, SSE);
    let rest = [START, ...block({ type: "text" }, said), END]
      .map((event) => `${SSE.ping}${writer.push(event)}${SSE.ping}`)
      .join("");
    const texts: unknown[] = [];
    for (let match = pattern.exec(rest); match !== null; match = pattern.exec(rest)) {
      texts.push(candidate(JSON.parse(match[1] ?? "")).content.parts[0].text);
      rest = rest.slice(match[0].length);
    }
    assert.deepEqual([texts, rest.trim()], [[said, ""], ""]);
  });

  it("ends with the error where the upstream fails", () => {
    const error = { kind: "overloaded", message: "Overloaded" } as const;
    const written = responses([...block({ type: "text" }, "a"), { type: "error", error }]);
    assert.deepEqual(written.at(-1), {
      error: { code: 503, message: "Overloaded", status: "UNAVAILABLE" },
    });
  });

  it("says the same as one JSON list, with white space for a ping", () => {
    fc.assert(
      fc.property(streamEvents, (events) => {
        const [, ...rest] = events;
        const list = write(events, ARRAY);
        assert.deepEqual(JSON.parse(`${ARRAY.ping}${list}${ARRAY.ping}`), responses(rest));
      }),
    );
  });

  it("keeps the API's order for every stream that keeps the contract", () => {
    fc.assert(
      fc.property(streamEvents, ([, ...events]) => {
        const written = responses(events);
        const isBroken = events.at(-1)?.type === "error";
        for (const [index, response] of written.entries()) {
          const isLast = index === written.length - 1;
          if (isBroken && isLast) {
            assert.deepEqual(Object.keys(response), ["error"]);
            continue;
          }
          const { content, finishReason } = candidate(response);
          assert.equal(content.role, "model");
          assert.ok(content.parts.length > 0);
          assert.equal(finishReason !== undefined, isLast);
          assert.equal("usageMetadata" in response, isLast);
        }
      }),
    );
  });
});
