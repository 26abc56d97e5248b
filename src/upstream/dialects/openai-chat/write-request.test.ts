import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest } from "../../../canonical/index.ts";
import type { ReasoningKnob } from "./reasoning-traits.ts";
import { ABLE, assistant, bodyOf, call, result, user, write } from "./request.fixture.ts";
import { type ChatTraits, UNKNOWN_SERVER } from "./traits.ts";

describe("writeRequest", () => {
  it("goes to chat/completions, and asks for usage in a stream", () => {
    const { path, body } = write({ stream: true });
    assert.equal(path, "/chat/completions");
    assert.deepEqual(body, {
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
      stream_options: { include_usage: true },
    });
    assert.equal(
      "stream_options" in bodyOf({ stream: true }, { ...ABLE, streamUsage: "unknown_field" }),
      false,
    );
  });

  it("names what it does not understand", () => {
    const { body, lossy } = write({ extra: { context_management: {}, service_tier: "auto" } });
    assert.deepEqual(Object.keys(body), ["model", "messages", "stream"]);
    assert.deepEqual(lossy, ["context_management", "service_tier"]);
  });

  it("hands on what a client of the same dialect said", () => {
    const { body, lossy } = write({ dialect: "openai-chat", extra: { seed: 7, model: "other" } });
    assert.equal(body["seed"], 7);
    assert.equal(body["model"], "m");
    assert.deepEqual(lossy, []);
  });

  it("names what parts carry for another dialect", () => {
    const text = { type: "text", text: "Hi", extra: { citations: [] } } as const;
    assert.deepEqual(write({ turns: [user(text)] }).lossy, ["content[].citations"]);
  });

  it("writes the beginning of a longer conversation as it wrote it before", () => {
    const turns = [user("Hi"), assistant(call("x".repeat(50))), user(result("x".repeat(50)))];
    const shorter = JSON.stringify(write({ turns }).body["messages"]).slice(0, -1);
    const longer = JSON.stringify(
      write({ turns: [...turns, assistant("ok"), user("More")] }).body["messages"],
    );
    assert.ok(longer.startsWith(shorter));
  });
});

describe("limits", () => {
  const knobs: Partial<CanonicalRequest> = {
    maxTokens: 64_000,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    stopSequences: ["a", "b", "c", "d", "e"],
  };

  it("go under the names that the server knows", () => {
    const { body, lossy } = write(knobs);
    assert.equal(body["max_tokens"], 64_000);
    assert.equal(body["temperature"], 0.5);
    assert.equal(body["top_p"], 0.9);
    assert.equal("top_k" in body, false);
    assert.deepEqual(body["stop"], ["a", "b", "c", "d"]);
    assert.deepEqual(lossy, ["topK", "stopSequences"]);
  });

  it("are left out where a model refuses them, and cut to what it can", () => {
    const traits: ChatTraits = {
      ...ABLE,
      maxTokensField: "max_completion_tokens",
      maxOutputTokens: 32_000,
      sampling: { temperature: false, topP: false, topK: true },
      maxStopSequences: 0,
    };
    const { lossy } = write(knobs, traits);
    assert.deepEqual(bodyOf(knobs, traits), { max_completion_tokens: 32_000, top_k: 40 });
    assert.deepEqual(lossy, ["maxTokens", "temperature", "topP", "stopSequences"]);
  });
});

describe("who asks", () => {
  const session = "180423cd-fe24-4f48-bbde-b4ab5bfd36e7";

  it("is told short, with a cache key of the session", () => {
    const json = JSON.stringify({ device_id: "d".repeat(64), session_id: session });
    const body = bodyOf({ userId: json });
    assert.match(String(body["user"]), /^[0-9a-f]{64}$/);
    assert.equal(body["prompt_cache_key"], session);
    const older = bodyOf({ userId: `user_1_account__session_${session}` });
    assert.equal(older["prompt_cache_key"], session);
    const short = bodyOf({ userId: "u-1" }, { ...ABLE, userField: "safety_identifier" });
    assert.equal(short["safety_identifier"], "u-1");
    assert.match(String(short["prompt_cache_key"]), /^[0-9a-f]{64}$/);
  });

  it("is not told to who has no member for it", () => {
    const { body, lossy } = write({ userId: "u-1" }, UNKNOWN_SERVER);
    assert.deepEqual(Object.keys(body), ["model", "messages", "stream"]);
    assert.deepEqual(lossy, ["userId"]);
  });
});

describe("the form of the answer", () => {
  const schema = { type: "object", properties: { a: { type: "number" } } };

  it("is a schema with a name", () => {
    const member = (format: CanonicalRequest["outputFormat"]) => bodyOf({ outputFormat: format });
    assert.deepEqual(member({ schema }), {
      response_format: { type: "json_schema", json_schema: { name: "answer", schema } },
    });
    assert.deepEqual(member({ schema, name: "my form", strict: true }), {
      response_format: {
        type: "json_schema",
        json_schema: { name: "my_form", schema, strict: true },
      },
    });
  });

  for (const responseFormat of ["json_object", "in_words"] as const) {
    it(`is asked for in words as well: ${responseFormat}`, () => {
      const { body, lossy } = write({ outputFormat: { schema } }, { ...ABLE, responseFormat });
      assert.match(
        JSON.stringify(body["messages"]),
        /^\[\{"role":"system","content":"Answer with JSON/,
      );
      assert.equal("response_format" in body, responseFormat === "json_object");
      assert.deepEqual(lossy, ["outputFormat"]);
    });
  }
});

describe("how much a model is to reason", () => {
  const openai: ReasoningKnob = {
    by: "reasoning_effort",
    levels: { minimal: "minimal", low: "low", medium: "medium", high: "high" },
    adaptive: undefined,
  };
  const router: ReasoningKnob = {
    by: "reasoning",
    levels: { low: "low", medium: "medium", high: "high" },
    takesBudget: true,
  };
  const qwen: ReasoningKnob = { by: "enable_thinking", place: "body", takesBudget: true };
  const zai: ReasoningKnob = { by: "thinking", levels: {} };
  const deepseek: ReasoningKnob = { by: "thinking", levels: { high: "high", max: "max" } };
  const groqQwen: ReasoningKnob = {
    by: "reasoning_effort",
    levels: { none: "none", medium: "default" },
    adaptive: "medium",
  };
  const off = { mode: "off" } as const;
  const adaptive = { mode: "adaptive" } as const;
  const budget = (budgetTokens: number) => ({ mode: "budget", budgetTokens }) as const;

  const rows: readonly (readonly [
    string,
    ReasoningKnob,
    Partial<CanonicalRequest>,
    object,
    readonly string[],
  ])[] = [
    ["nothing is said when nothing was", openai, {}, {}, []],
    [
      "there is no way",
      { by: "nothing" },
      { thinking: adaptive, effort: "high" },
      {},
      ["effort", "thinking"],
    ],
    ["there is no way to turn it off", { by: "nothing" }, { thinking: off }, {}, []],
    ["an effort that is known", openai, { effort: "low" }, { reasoning_effort: "low" }, []],
    ["a step down", openai, { effort: "max" }, { reasoning_effort: "high" }, ["effort"]],
    [
      "none becomes the least",
      openai,
      { thinking: off },
      { reasoning_effort: "minimal" },
      ["thinking"],
    ],
    ["adaptive says nothing", openai, { thinking: adaptive }, {}, []],
    ["a small budget", openai, { thinking: budget(1_024) }, { reasoning_effort: "low" }, []],
    ["a middle budget", openai, { thinking: budget(4_096) }, { reasoning_effort: "medium" }, []],
    ["a large budget", openai, { thinking: budget(16_000) }, { reasoning_effort: "high" }, []],
    [
      "the largest budget",
      openai,
      { thinking: budget(32_000) },
      { reasoning_effort: "high" },
      ["thinking"],
    ],
    [
      "an own word for a level",
      groqQwen,
      { effort: "high" },
      { reasoning_effort: "default" },
      ["effort"],
    ],
    [
      "never down to none",
      groqQwen,
      { effort: "low" },
      { reasoning_effort: "default" },
      ["effort"],
    ],
    ["adaptive as a level", groqQwen, { thinking: adaptive }, { reasoning_effort: "default" }, []],
    ["none where it is known", groqQwen, { thinking: off }, { reasoning_effort: "none" }, []],
    [
      "a budget as it is",
      router,
      { thinking: budget(5_000) },
      { reasoning: { max_tokens: 5_000 } },
      [],
    ],
    [
      "a budget below the limit",
      router,
      { thinking: budget(5_000), maxTokens: 5_000 },
      { reasoning: { max_tokens: 4_999 } },
      [],
    ],
    [
      "effort over budget",
      router,
      { thinking: budget(5_000), effort: "low" },
      { reasoning: { effort: "low" } },
      [],
    ],
    ["adaptive is on", router, { thinking: adaptive }, { reasoning: { enabled: true } }, []],
    ["off", router, { thinking: off }, { reasoning: { enabled: false } }, []],
    ["a switch", qwen, { thinking: adaptive }, { enable_thinking: true }, []],
    ["a switch that is off", qwen, { thinking: off }, { enable_thinking: false }, []],
    [
      "a switch and a budget",
      qwen,
      { thinking: budget(900) },
      { enable_thinking: true, thinking_budget: 900 },
      [],
    ],
    ["a switch without levels", qwen, { effort: "low" }, { enable_thinking: true }, ["effort"]],
    [
      "a switch for the template",
      { ...qwen, place: "chat_template_kwargs", takesBudget: false },
      { thinking: budget(900) },
      { chat_template_kwargs: { enable_thinking: true } },
      ["thinking"],
    ],
    ["a type", zai, { thinking: adaptive }, { thinking: { type: "enabled" } }, []],
    [
      "a type that is off",
      zai,
      { thinking: off, effort: "high" },
      { thinking: { type: "disabled" } },
      [],
    ],
    [
      "a type without levels",
      zai,
      { effort: "high" },
      { thinking: { type: "enabled" } },
      ["effort"],
    ],
    [
      "a type and a level",
      deepseek,
      { effort: "low" },
      { thinking: { type: "enabled" }, reasoning_effort: "high" },
      ["effort"],
    ],
  ];
  for (const [name, reasoning, asked, expected, lost] of rows) {
    it(name, () => {
      const { max_tokens: _, ...body } = bodyOf(asked, { ...ABLE, reasoning });
      assert.deepEqual(body, expected);
      assert.deepEqual(write(asked, { ...ABLE, reasoning }).lossy, lost);
    });
  }
});
