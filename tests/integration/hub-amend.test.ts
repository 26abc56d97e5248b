import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { issueKey } from "../clients/stored-key.ts";
import { at } from "../conformance/exchange.ts";
import type { HttpAnswer } from "../fault/rig.ts";
import { chatApi } from "../upstream/chat.ts";
import { listAt, textAt } from "../upstream/model-api.ts";
import { ANTHROPIC, type Bench, jsonOf, OPENAI, openBench } from "./hub-bench.ts";
import type { ScriptedAnswer, ScriptedRequest } from "./scripted-upstream.ts";
import { openSearchBench, searchCall } from "./search-bench.ts";

type Script = (request: ScriptedRequest, body: unknown) => ScriptedAnswer;

const HI = [{ role: "user", content: "Hi" }];

/** A gateway before a server that is asked in order, and answers the last way from then on. */
async function openScripted(answers: readonly Script[], config = ""): Promise<Bench> {
  let count = 0;
  return await openBench((request) => {
    const answer = answers[Math.min(count, answers.length - 1)] ?? assert.fail();
    count += 1;
    return answer(request, jsonOf(request));
  }, config);
}

function refusal(message: string, more: object = {}): Script {
  return () => ({
    status: 400,
    json: { error: { message, type: "invalid_request_error", ...more } },
  });
}

function streamOf(events: readonly object[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
}

/** "Hello." by Chat Completions. */
const chat: Script = (_, body) => {
  const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
  const common = { id: "chatcmpl-1", model: "scripted" };
  if (at(body, "stream") !== true) {
    const message = { role: "assistant", content: "Hello." };
    return { json: { ...common, choices: [{ index: 0, message, finish_reason: "stop" }], usage } };
  }
  const choice = { index: 0, delta: { content: "Hello." } };
  const end = { index: 0, delta: {}, finish_reason: "stop" };
  return {
    sse: streamOf([
      { ...common, choices: [choice] },
      { ...common, choices: [end], usage },
    ]),
  };
};

const THOUGHT = {
  type: "reasoning",
  id: "rs_1",
  summary: [{ type: "summary_text", text: "Hm." }],
  encrypted_content: "cHJvb2Y=",
};

/** "Hello." by Responses, with a thought where there is one. */
function responses(output: readonly object[] = []): Script {
  return (_, body) => {
    const content = [{ type: "output_text", text: "Hello.", annotations: [] }];
    const message = { type: "message", id: "msg_1", role: "assistant", content };
    const usage = { input_tokens: 9, output_tokens: 3, total_tokens: 12 };
    const common = { id: "resp_1", object: "response", model: "scripted" };
    const items = [...output, message];
    const done = { ...common, status: "completed", output: items, usage };
    if (at(body, "stream") !== true) return { json: done };
    const begun = { ...common, status: "in_progress", output: [] };
    return {
      sse: streamOf([
        { type: "response.created", response: begun },
        ...items.map((item, output_index) => ({
          type: "response.output_item.done",
          output_index,
          item,
        })),
        { type: "response.completed", response: done },
      ]),
    };
  };
}

/** Gemini's answer, in chunks where it is a stream. */
function gemini(...told: readonly object[]): Script {
  return ({ target }) => {
    const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12 };
    const chunks = told.map((candidate) => ({
      responseId: "g1",
      modelVersion: "scripted",
      candidates: [{ index: 0, ...candidate }],
      usageMetadata,
    }));
    return target.includes("stream") ? { sse: streamOf(chunks) } : { json: chunks.at(-1) };
  };
}

const HELLO = {
  content: { role: "model", parts: [{ text: "Hello." }] },
  finishReason: "STOP",
};

async function ask(bench: Bench, body: object, more: object = {}): Promise<HttpAnswer> {
  const said = { max_tokens: 100, messages: HI, ...body };
  return await bench.ask("/v1/messages", said, { ...ANTHROPIC, ...more });
}

function sent(bench: Bench): readonly unknown[] {
  return bench.requests.map(jsonOf);
}

/** What a client of Messages was told, whole or in a stream. */
function assertHello(answer: HttpAnswer, stream: boolean): void {
  const told = answer.body.toString();
  assert.equal(answer.status, 200, told);
  assert.equal(answer.complete, true, told);
  assert.match(told, /Hello\./);
  const starts = told.match(/"type":"message_start"/g)?.length ?? 0;
  assert.equal(starts, stream ? 1 : 0, told);
}

async function attemptsOf(bench: Bench, answer: HttpAnswer): Promise<readonly unknown[]> {
  const attempts = listAt(await bench.explain(answer), "attempts");
  return attempts.map((attempt) => [at(attempt, "status"), at(attempt, "outcome")]);
}

const NO_XHIGH = refusal(
  "Unsupported value: 'xhigh' is not supported with the 'gpt-9' model. Supported values are: 'none', 'low', 'medium', and 'high'.",
  { param: "reasoning.effort", code: "unsupported_value" },
);
const TOO_MANY = refusal(
  "`max_tokens` must be less than or equal to `16384`, the maximum value for `max_tokens` is less than the `context_window` for this model",
  { param: "max_tokens" },
);

for (const stream of [false, true]) {
  const how = stream ? "in a stream" : "in a whole answer";

  describe(`a request that another provider refuses, ${how}`, () => {
    it("is repeated with an effort that the model knows, which is remembered", async () => {
      await using bench = await openScripted([NO_XHIGH, responses()]);
      const body = { model: "openai/gpt-9", output_config: { effort: "xhigh" }, stream };
      const first = await ask(bench, body);
      assertHello(first, stream);
      assert.equal(first.headers["x-spillway-lossy"], "effort");
      const second = await ask(bench, body);
      assertHello(second, stream);
      assert.equal(second.headers["x-spillway-lossy"], "effort");
      await ask(bench, { ...body, output_config: { effort: "medium" } });
      const efforts = sent(bench).map((each) => at(each, "reasoning", "effort"));
      assert.deepEqual(efforts, ["xhigh", "high", "high", "medium"]);

      const record = await bench.explain(first);
      assert.deepEqual(await attemptsOf(bench, first), [
        [400, "retried"],
        [200, "ok"],
      ]);
      assert.match(textAt(record, "decision"), /asked anew: effort refused; left out.*: effort/);
      assert.equal(record["usage_source"], "provider");
      assert.equal(at(listAt(record, "units")[0], "units", "output"), 3);
      assert.deepEqual(await attemptsOf(bench, second), [[200, "ok"]]);
    });

    it("is repeated without any effort where the model knows none", async () => {
      const none = refusal("Model gpt-9 does not support parameter reasoningEffort.");
      await using bench = await openScripted([none, responses()]);
      const thinking = { type: "enabled", budget_tokens: 2_000 };
      const body = { model: "openai/gpt-9", max_tokens: 9_000, thinking, stream };
      const answer = await ask(bench, body);
      assertHello(answer, stream);
      assert.equal(answer.headers["x-spillway-lossy"], "thinking");
      assert.deepEqual(
        sent(bench).map((each) => at(each, "reasoning")),
        [{ effort: "medium" }, undefined],
      );
    });

    it("is repeated with the most tokens that the model can give, which is remembered", async () => {
      await using bench = await openScripted([TOO_MANY, chat]);
      const body = { model: "groq/llama", max_tokens: 64_000, stream };
      const first = await ask(bench, body);
      assertHello(first, stream);
      assert.equal(first.headers["x-spillway-lossy"], "maxTokens");
      assertHello(await ask(bench, body), stream);
      await ask(bench, { ...body, max_tokens: 100 });
      await ask(bench, { ...body, model: "groq/other" });
      const limits = sent(bench).map((each) => at(each, "max_tokens"));
      assert.deepEqual(limits, [64_000, 16_384, 16_384, 100, 64_000]);
    });

    it("is repeated with what may be left out, or said by another name", async () => {
      await using bench = await openScripted([
        refusal("Unsupported parameter: 'max_tokens' is not supported with this model.", {
          param: "max_tokens",
          code: "unsupported_parameter",
        }),
        refusal(
          "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
          { param: "temperature", code: "unsupported_value" },
        ),
        refusal("property 'stop' is unsupported"),
        chat,
      ]);
      const body = { model: "groq/llama", temperature: 0, stop_sequences: ["END"], stream };
      const answer = await ask(bench, body);
      assertHello(answer, stream);
      assert.equal(answer.headers["x-spillway-lossy"], "temperature,stopSequences");
      const { max_completion_tokens, max_tokens, temperature, stop } = Object(sent(bench).at(-1));
      assert.deepEqual(
        { max_completion_tokens, max_tokens, temperature, stop },
        {
          max_completion_tokens: 100,
          max_tokens: undefined,
          temperature: undefined,
          stop: undefined,
        },
      );
      assert.equal((await attemptsOf(bench, answer)).length, 4);
      await ask(bench, body);
      assert.equal(bench.requests.length, 5);
    });

    it("is refused in the end, in the upstream's words, and nothing is learned of that", async () => {
      const refusals = ["temperature", "stop", "top_p", "user", "metadata"].map((name) =>
        refusal(`property '${name}' is unsupported`),
      );
      await using bench = await openScripted(refusals);
      const body = {
        model: "groq/llama",
        temperature: 0,
        top_p: 0.5,
        stop_sequences: ["END"],
        stream,
      };
      const answer = await ask(bench, body);
      assert.equal(answer.status, 400);
      assert.equal(
        at(jsonOf(answer), "error", "message"),
        "property 'user' is unsupported",
        answer.body.toString(),
      );
      assert.equal(bench.requests.length, 4);
      await ask(bench, body);
      assert.equal(at(sent(bench)[4], "temperature"), 0);
    });

    it("is not repeated where what is refused has to stay", async () => {
      await using bench = await openScripted([refusal("property 'tools' is unsupported"), chat]);
      const tools = [{ name: "look", description: "Looks.", input_schema: { type: "object" } }];
      const answer = await ask(bench, { model: "groq/llama", tools, stream });
      assert.equal(answer.status, 400);
      assert.equal(bench.requests.length, 1);
      assert.deepEqual(await attemptsOf(bench, answer), [[400, "ok"]]);
    });

    it("is repeated without thinking that is not taken back, which is not sent again", async () => {
      const lost = refusal("The encrypted content cHJvb2Y= could not be verified.", {
        code: "invalid_encrypted_content",
      });
      await using bench = await openScripted([responses([THOUGHT]), lost, responses()]);
      const model = "openai/gpt-9";
      const thought = jsonOf(await ask(bench, { model, thinking: { type: "adaptive" } }));
      const messages = [
        ...HI,
        { role: "assistant", content: listAt(thought, "content") },
        { role: "user", content: "Go on." },
      ];
      const second = await ask(bench, { model, messages, stream });
      assertHello(second, stream);
      assert.equal(second.headers["x-spillway-lossy"], "content[].thinking");
      assertHello(await ask(bench, { model, messages, stream }), stream);
      const proofs = sent(bench).map(
        (body) => listAt(body, "input").filter((item) => at(item, "type") === "reasoning").length,
      );
      assert.deepEqual(proofs, [0, 1, 0, 0]);
      assert.deepEqual(await attemptsOf(bench, second), [
        [400, "retried"],
        [200, "ok"],
      ]);
    });

    it("is asked once more where Gemini's call was malformed, and both are paid for", async () => {
      for (const finishReason of ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"]) {
        await using bench = await openScripted([gemini({ finishReason }), gemini(HELLO)]);
        const answer = await ask(bench, { model: "gemini/gemini-3-flash", stream });
        assertHello(answer, stream);
        const usage = /"usage":\{"input_tokens":(\d+)/g;
        const told = [...answer.body.toString().matchAll(usage)].map(([, count]) => count);
        assert.ok(told.length > 0 && told.every((count) => count === "9"), String(told));
        const record = await bench.explain(answer);
        assert.deepEqual(await attemptsOf(bench, answer), [
          [200, "retried"],
          [200, "ok"],
        ]);
        const units = at(listAt(record, "units")[0], "units");
        assert.equal(at(units, "input"), 18);
        assert.equal(at(units, "output"), 6);
        assert.equal(record["usage_source"], "provider");
        assert.equal(record["error_code"] ?? undefined, undefined);
      }
    });

    it("is told of Gemini's malformed call where it came twice", async () => {
      await using bench = await openScripted([gemini({ finishReason: "MALFORMED_FUNCTION_CALL" })]);
      const answer = await ask(bench, { model: "gemini/gemini-3-flash", stream });
      assert.equal(answer.status, 500, answer.body.toString());
      assert.match(textAt(at(jsonOf(answer), "error"), "message"), /MALFORMED_FUNCTION_CALL/);
      assert.equal(bench.requests.length, 2);
    });

    it("never costs more than a budget has, and what was made is paid for", async () => {
      const price = (model: string) =>
        `  - { model: ${model}, input: "500", output: "500", cacheRead: "50" }\n`;
      const names = ["gemini-3-flash", "gemini/gemini-3-flash", "scripted"];
      const malformed = gemini({ finishReason: "MALFORMED_FUNCTION_CALL" });
      await using bench = await openScripted(
        [malformed, malformed, malformed, malformed, gemini(HELLO)],
        `prices:\n${names.map(price).join("")}`,
      );
      const body = { model: "gemini/gemini-3-flash", max_tokens: 1_000, stream };
      for (const [budget, status, calls] of [
        ["0.8/day", 500, 1],
        ["5/day", 500, 2],
        ["6/day", 200, 2],
      ] as const) {
        const { secret } = await issueKey(bench.gateway, { name: `of ${budget}`, budget });
        const answer = await ask(bench, body, { "x-spillway-key": secret });
        const record = await bench.explain(answer);
        assert.equal(answer.status, status, answer.body.toString());
        assert.equal(listAt(record, "attempts").length, calls);
        assert.equal(Number(record["cost_nano_usd"]), calls * 12 * 500_000, budget);
        const held = listAt(record, "ledger")
          .flatMap((transaction) => listAt(transaction, "lines"))
          .filter((line) => textAt(line, "account").startsWith("held:"))
          .reduce<bigint>((sum, line) => sum + BigInt(textAt(line, "amount_nano_usd")), 0n);
        assert.equal(held, 0n);
      }
    });

    it("costs nothing where it was refused, and once where it was answered", async () => {
      const price = (model: string) =>
        `  - { model: ${model}, input: "500", output: "500", cacheRead: "50" }\n`;
      const prices = ["llama", "groq/llama", "scripted"].map(price);
      await using bench = await openScripted([TOO_MANY, chat], `prices:\n${prices.join("")}`);
      const { secret } = await issueKey(bench.gateway, { name: "laptop", budget: "40/day" });
      const body = { model: "groq/llama", max_tokens: 64_000, stream };
      const answer = await ask(bench, body, { "x-spillway-key": secret });
      assertHello(answer, stream);
      const record = await bench.explain(answer);
      assert.equal(listAt(record, "attempts").length, 2);
      assert.equal(Number(record["cost_nano_usd"]), 12 * 500_000);
    });
  });
}

describe("a request that is refused once something was shown", () => {
  it("is not repeated", async () => {
    const thinking = { content: { role: "model", parts: [{ text: "Hm.", thought: true }] } };
    const long = { content: { role: "model", parts: [{ text: "words ".repeat(60_000) }] } };
    const malformed = { finishReason: "MALFORMED_FUNCTION_CALL" };
    await using bench = await openScripted([gemini(thinking, long, malformed), gemini(HELLO)]);
    const answer = await ask(bench, { model: "gemini/gemini-3-flash", stream: true });
    assert.equal(answer.complete, false);
    assert.match(answer.body.toString(), /event: error/);
    assert.equal(bench.requests.length, 1);
  });
});

describe("a request whose searches are run here", () => {
  it("is amended before the first of them, and each later one with it", async () => {
    await using bench = await openSearchBench();
    const most = "max_tokens is too large: 64000. This model supports at most 16384 tokens";
    bench.model.queue(
      () => true,
      chatApi.failure(400, "invalid_value", most),
      chatApi.answer({ calls: [searchCall("new things")] }),
      chatApi.answer({ text: "Much is new." }),
    );
    const answer = await bench.ask({ max_tokens: 64_000 });
    assert.equal(answer.status, 200, answer.body.toString());
    assert.equal(answer.headers["x-spillway-lossy"], "maxTokens");
    const limits = bench.prompts().map((body) => at(body, "max_tokens"));
    assert.deepEqual(limits, [64_000, 16_384, 16_384]);
    const record = await bench.explain(answer);
    assert.match(textAt(record, "decision"), /asked anew: max_tokens refused; 1 web search/);
    const attempts = listAt(record, "attempts");
    assert.deepEqual(
      attempts.map((attempt) => [at(attempt, "status"), at(attempt, "outcome")]),
      [
        [400, "retried"],
        [200, "ok"],
        [200, "ok"],
      ],
    );
  });
});

describe("Claude's refusals", () => {
  const SIGNATURE = "messages.1.content.0: Invalid `signature` in `thinking` block";

  it("pass to Claude Code as they came: it heals itself", async () => {
    const body = { type: "error", error: { type: "invalid_request_error", message: SIGNATURE } };
    await using bench = await openBench(() => ({ status: 400, json: body }));
    const answer = await ask(bench, { model: "claude-opus-5-5" });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.toString(), JSON.stringify(body));
    assert.equal(bench.requests.length, 1);
  });

  it("are amended for clients of other dialects, a default limit too", async () => {
    const message = {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude",
      content: [{ type: "text", text: "Hello." }],
      stop_reason: "end_turn",
      usage: { input_tokens: 9, output_tokens: 3 },
    };
    const most = "max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens";
    await using bench = await openScripted([refusal(most), () => ({ json: message })]);
    const asked = { model: "deepseek/deepseek-chat", input: "Hi" };
    for (const _ of [1, 2]) {
      const answer = await bench.ask("/v1/responses", asked, OPENAI);
      assert.equal(answer.status, 200, answer.body.toString());
    }
    const limits = sent(bench).map((body) => at(body, "max_tokens"));
    assert.deepEqual(limits, [8_192, 4_096, 4_096]);
  });
});
