import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AnswerContext, Block, CanonicalRequest } from "../../src/canonical/index.ts";
import { openAiResponses } from "../../src/upstream/dialects/openai-responses/index.ts";
import { collect } from "../../src/upstream/dialects/openai-responses/stream.fixture.ts";
import { TRAITS } from "../../src/upstream/dialects/openai-responses/traits.fixture.ts";
import { at, isRecord, textAt } from "../conformance/exchange.ts";
import { noCorpus, type RecordedAnswer, recordedAnswers } from "./openai-responses-recordings.ts";
import { readStream } from "./openai-responses-replay.ts";

const CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };

const OUR_TYPES: ReadonlySet<string> = new Set([
  "message",
  "reasoning",
  "function_call",
  "function_call_output",
]);

/** What other clients sent back after an answer, and the provider took: ours has to come to the same. */
describe("recorded tool loops", { skip: noCorpus }, () => {
  it("are continued with the items that other clients sent", () => {
    const loops = recordedLoops();
    assert.ok(loops.length >= 15, `only ${loops.length} loops`);
    let thoughtful = 0;
    for (const { answer, sentBack } of loops) {
      const content = contentOf(answer);
      const calls = content.filter((block) => block.type === "tool_use");
      const outputs = sentBack.filter((item) => textAt(item, "type") === "function_call_output");
      const written = openAiResponses.writeRequest(
        {
          model: "m",
          system: [],
          turns: [
            { role: "assistant", content },
            { role: "user", content: outputs.map((item, i) => toResult(item, calls[i]?.id ?? "")) },
          ],
          tools: [],
          stream: false,
          stopSequences: [],
          extra: {},
        } satisfies CanonicalRequest,
        // DeepSeek's thinking is in plain text, and goes back as it came.
        answer.provider === "deepseek" ? { ...TRAITS, reasoning: "item" } : TRAITS,
      );
      assert.ok(written.ok);
      const { input } = written.value.body;
      assert.ok(Array.isArray(input));
      // Some clients leave thinking out altogether.
      const keepsThinking = sentBack.some(isThinking);
      const ours = keepsThinking ? input : input.filter((item) => !isThinking(item));
      assert.deepEqual(bareItems(ours), bareItems(sentBack), answer.name);
      if (keepsThinking) thoughtful += 1;
    }
    assert.ok(thoughtful >= 3, `only ${thoughtful} loops with thinking`);
  });
});

function isThinking(item: unknown): boolean {
  return textAt(item, "type") === "reasoning";
}

interface Loop {
  readonly answer: RecordedAnswer;
  /** The items of the next request that stand behind those of the answer's own request, up to the tools' outputs. */
  readonly sentBack: readonly unknown[];
}

function recordedLoops(): readonly Loop[] {
  const answers = recordedAnswers();
  return answers.flatMap((answer, index): readonly Loop[] => {
    const next = answers[index + 1];
    const [, conversation, turn] = /^(.*__)(\d+)of\d+$/.exec(answer.name) ?? [];
    if (conversation === undefined || next === undefined) return [];
    if (!next.name.startsWith(`${conversation}${Number(turn) + 1}of`)) return [];
    const before = inputOf(answer);
    const sentBack = inputOf(next).slice(before.length);
    if (before.length === 0 || textAt(sentBack.at(-1), "type") !== "function_call_output")
      return [];
    // Tools that the provider runs are not asked for here, but for its search.
    const isOurs = sentBack.every((item) => OUR_TYPES.has(textAt(item, "type") ?? "message"));
    return isOurs ? [{ answer, sentBack }] : [];
  });
}

function inputOf({ request }: RecordedAnswer): readonly unknown[] {
  const input = request?.["input"];
  return Array.isArray(input) && request?.["previous_response_id"] === undefined ? input : [];
}

function contentOf(answer: RecordedAnswer): readonly Block[] {
  if (answer.stream !== undefined) {
    return collect(readStream(answer.stream, [answer.stream.length])).content;
  }
  assert.ok(isRecord(answer.body));
  const message = openAiResponses.readMessage(answer.body, TRAITS, CONTEXT);
  assert.ok(message.ok, answer.name);
  return message.value.content;
}

function toResult(item: unknown, toolUseId: string): Block {
  const output = at(item, "output");
  return {
    type: "tool_result",
    toolUseId,
    content: [{ type: "text", text: String(output) }],
    isError: false,
  };
}

/** Without what clients may send or leave out, empty messages among it; ids of calls by their order: one client makes its own. */
function bareItems(items: readonly unknown[]): readonly unknown[] {
  const ids = items.map((item) => textAt(item, "call_id")).filter((id) => id !== undefined);
  const order = [...new Set(ids)];
  const said = items.filter(isRecord).filter((item) => item["content"] !== "");
  return said.map(({ id: _id, status: _status, call_id, ...rest }) => {
    const members = Object.entries(rest).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
    );
    return { ...Object.fromEntries(members), call: order.indexOf(String(call_id)) };
  });
}
