import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../../base/json.ts";
import {
  type Block,
  type CanonicalRequest,
  collectMessage,
  type Turn,
} from "../../../canonical/index.ts";
import { orderProblem } from "../shared/event-order.fixture.ts";
import { geminiDialect, traitsOf } from "./index.ts";

const CONTEXT = { toolNames: new Map<string, string>(), callIds: new Set<string>() };
const MODELS = ["gemini-2.5-flash", "gemini-3-pro-preview"] as const;
const HOSTS = ["ai-studio", "vertex"] as const;

const words = fc.constantFrom("", "a", "long words");
const ids = fc.constantFrom("", "a", "b", "c");
const simple: fc.Arbitrary<Block> = fc.oneof(
  words.map((text): Block => ({ type: "text", text })),
  fc.constantFrom("image/png", "image/gif").map(
    (mediaType): Block => ({
      type: "image",
      source: { kind: "base64", mediaType, data: "AA==" },
    }),
  ),
  words.map((text): Block => ({ type: "opaque", kind: "search_result", raw: { text } })),
);
const blocks: fc.Arbitrary<Block> = fc.oneof(
  simple,
  fc
    .option(words, { nil: undefined })
    .map((signature): Block => ({ type: "thinking", text: "t", signature })),
  fc.tuple(ids, words).map(([id, name]): Block => ({ type: "tool_use", id, name, input: "{}" })),
  fc.tuple(ids, fc.array(simple, { maxLength: 2 }), fc.boolean()).map(
    ([toolUseId, content, isError]): Block => ({
      type: "tool_result",
      toolUseId,
      content,
      isError,
    }),
  ),
);
const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({
    role: fc.constantFrom("user", "assistant", "system"),
    content: fc.array(blocks, { maxLength: 5 }),
  }),
  { maxLength: 8 },
);

describe("the contents of any request", () => {
  it("go from user to user in turn, and answer every call right behind it", () => {
    fc.assert(
      fc.property(
        turns,
        fc.constantFrom(...MODELS),
        fc.constantFrom(...HOSTS),
        (history, model, host) => {
          const written = geminiDialect.writeRequest(
            requestOf(history, model),
            traitsOf(model, host),
          );
          if (!written.ok) return;
          const contents = written.value.body["contents"];
          assert.ok(Array.isArray(contents));
          assert.equal(
            contentsProblem(contents.filter(isObject)),
            undefined,
            JSON.stringify(contents),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("the events of any stream", () => {
  it("come in order, and say the same as the whole", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(CHUNKS, JUNK), { maxLength: 8 }), (chunks) => {
        const reader = geminiDialect.openStream(traitsOf("m", "vertex"), CONTEXT);
        const datas = chunks.map((each) =>
          typeof each === "string" ? each : JSON.stringify(each),
        );
        const events = datas.flatMap((data) => [...reader.push({ event: undefined, data })]);
        const all = [...events, ...reader.end()];
        assert.equal(orderProblem(all), undefined, JSON.stringify(all));
        assert.deepEqual(reader.push({ event: undefined, data: "{}" }), []);
        collectMessage(all);
      }),
      { numRuns: 3_000 },
    );
  });

  it("are an error or an answer for any body", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom("candidates", "promptFeedback", "usageMetadata", "error"),
          fc.jsonValue(),
        ),
        (body) => {
          geminiDialect.readMessage(body, traitsOf("m", "vertex"), CONTEXT);
          geminiDialect.readError(500, [], Buffer.from(JSON.stringify(body)));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

const PARTS = fc.oneof(
  fc.record(
    {
      text: fc.constantFrom("", "a"),
      thought: fc.boolean(),
      thoughtSignature: fc.constantFrom("", "s"),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      functionCall: fc.record(
        {
          name: fc.constantFrom("", "x"),
          id: fc.constantFrom("i", "ä"),
          args: fc.jsonValue(),
          partialArgs: fc.array(
            fc.record({
              jsonPath: fc.constantFrom("$.a", "$.a[0]", "$"),
              stringValue: fc.string(),
            }),
          ),
          willContinue: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      thoughtSignature: fc.constantFrom("", "s"),
    },
    { requiredKeys: ["functionCall"] },
  ),
  fc.constantFrom<unknown>(
    { executableCode: { code: "1" } },
    { codeExecutionResult: {} },
    { inlineData: {} },
    null,
    1,
  ),
);
const CHUNKS = fc.record(
  {
    responseId: fc.constantFrom("r", ""),
    candidates: fc.array(
      fc.record(
        {
          content: fc.record({ parts: fc.array(PARTS, { maxLength: 4 }) }),
          finishReason: fc.constantFrom<unknown>(
            "STOP",
            "MAX_TOKENS",
            "SAFETY",
            "OTHER",
            1,
            99,
            null,
            {},
          ),
          groundingMetadata: fc.constantFrom<unknown>({ webSearchQueries: ["q"] }, {}),
        },
        { requiredKeys: ["content"] },
      ),
      { maxLength: 2 },
    ),
    promptFeedback: fc.constantFrom<unknown>(
      { blockReason: "OTHER", blockReasonMessage: "no" },
      { blockReason: 0 },
      null,
    ),
    usageMetadata: fc.constantFrom<unknown>({ promptTokenCount: 1 }, null, "x"),
  },
  { requiredKeys: [] },
);
const JUNK = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("", "[DONE]", "{", "[]", "null", '{"error":{}}') },
  {
    weight: 1,
    arbitrary: fc.json(),
  },
);

function requestOf(history: readonly Turn[], model: string): CanonicalRequest {
  return {
    model,
    system: [],
    turns: history,
    tools: [],
    stream: true,
    stopSequences: [],
    extra: {},
  };
}

/** What Gemini would refuse in a list of contents. */
function contentsProblem(
  contents: readonly Readonly<Record<string, unknown>>[],
): string | undefined {
  if (contents[0]?.["role"] !== "user" || contents.at(-1)?.["role"] !== "user")
    return "not from user to user";
  let calls = 0;
  for (const [index, content] of contents.entries()) {
    const parts = Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
    const kinds = parts.map((part) => Object.keys(part)[0]);
    const responses = kinds.filter((kind) => kind === "functionResponse").length;
    if (parts.length === 0) return "no parts";
    if (content["role"] === "user" && responses !== calls)
      return `${responses} responses to ${calls} calls`;
    if (kinds.slice(0, responses).some((kind) => kind !== "functionResponse"))
      return "responses not first";
    calls =
      content["role"] === "model" ? kinds.filter((kind) => kind === "functionCall").length : 0;
    const isSameRole = contents[index - 1]?.["role"] === content["role"];
    // The media of results stand in a turn of their own behind nothing but responses.
    const before = contents[index - 1]?.["parts"];
    const isBehindResponses =
      Array.isArray(before) && before.every((part) => isObject(part) && "functionResponse" in part);
    if (isSameRole && !(content["role"] === "user" && isBehindResponses)) return "not in turn";
  }
  return undefined;
}
