import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Identity } from "../../identity/principal.ts";
import { BudgetGate } from "../../policy/budget/index.ts";
import { FACT_NAMES, type FactName } from "../../routing/rules/facts.ts";
import { HeldBody, HeldBytes } from "../request/body.ts";
import { readFacts } from "../request/facts.ts";
import { type FactSources, RequestFacts } from "./rule-facts.ts";

/** A Thursday. */
const NOW_MS = Date.parse("2026-11-26T22:30:00Z");
const CAP = { amount: "10", currency: "USD", period: "day", timeZone: "UTC" } as const;
const KEY = {
  id: "key_1",
  name: "ci",
  organisation: "acme",
  principal: "robot",
  role: "member",
  mask: "",
  createdAt: 0,
  settings: { budgets: [], models: [], timeZone: "UTC", dataPolicy: "india_only" },
} as const;
const LOCAL: Identity = {
  principal: "ada",
  organisation: "local",
  credentialClass: "subscription",
  own: { class: "subscription" },
  account: "a1",
};

interface Asked {
  readonly body?: object | string;
  readonly headers?: readonly string[];
  readonly dialect?: string;
  readonly operation?: "messages" | "count_tokens";
  readonly identity?: Identity;
  readonly zone?: string;
  readonly usedUsd?: number;
}

function factsOf(asked: Asked): RequestFacts {
  const { body = {}, headers = [], identity = LOCAL, usedUsd = 0 } = asked;
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  // In two parts, as the network brings it.
  const middle = bytes.length >> 1;
  const parts = [bytes.subarray(0, middle), bytes.subarray(middle)];
  const held = new HeldBody(parts, bytes.length, new HeldBytes());
  const account = "budget:user/ada/day:2026-11-26";
  const balances = new Map([[account, -BigInt(usedUsd * 1e9)]]);
  const sources: FactSources = {
    question: {
      call: {
        operation: asked.operation ?? "messages",
        dialect: { id: asked.dialect ?? "anthropic" },
        request: { rawHeaders: headers },
      },
      identity,
      asked: {
        overflow: false,
        dataPolicies: [{ name: "us_only", place: "us" }],
        usesAliases: false,
        fallbacks: [],
      },
      facts: readFacts(held),
      body: held,
    },
    house: {
      budgets: new BudgetGate({ balances, requests: new Map(), at: NOW_MS }),
      quota: {
        find: ({ principal, account: name }) =>
          principal === "ada" && name === "a1"
            ? {
                principal,
                account: name,
                observedAtMs: NOW_MS,
                other: {},
                windows: [
                  { window: "5h", usedPercent: 61, resetsAtMs: NOW_MS + 1_000 },
                  { window: "7d", usedPercent: 99, resetsAtMs: NOW_MS - 1_000 },
                ],
              }
            : undefined,
      },
      clock: { now: () => NOW_MS },
    },
    settings: {
      timeZone: asked.zone ?? "UTC",
      residency: { policy: undefined, endpoints: [] },
      pay: {
        mode: undefined,
        spillOn: "any429",
        memory: true,
        retrySessionMs: 1,
        cap: CAP,
        allowUnpriced: false,
        rates: {},
        injects: true,
      },
    },
  };
  return new RequestFacts(sources);
}

const SECRETS = [
  "Authorization",
  "Cookie",
  "x-api-key",
  "X-Goog-Api-Key",
  "x-spillway-key",
  "x-bf-vk",
  "x-litellm-api-key",
  "proxy-authorization",
  "x-auth-token",
].flatMap((name) => [name, "s3"]);
const SENT = ["X-Team", "core", "x-team", "tools", ...SECRETS, "x-long", "y".repeat(5_000)];
const CLAUDE = ["User-Agent", "claude-cli/2.1.329 (external, cli)"];
const TITLE = { format: { type: "json_schema", schema: { properties: { title: {} } } } };
const WITH_KEY: Identity = { ...LOCAL, principal: "robot", organisation: "acme", key: KEY };
const QUOTED = { messages: [{ role: "user", content: 'say "type":"image" and {"type":"image"}' }] };
const says = (content: object) => ({ messages: [{ role: "user", content: [content] }] });

const CASES: Readonly<Record<FactName, readonly (readonly [Asked, unknown])[]>> = {
  model: [
    [{ body: { model: "claude-opus-4-8[1m]" } }, "claude-opus-4-8"],
    [{ body: {} }, ""],
    [{ body: "no json" }, ""],
  ],
  tier: [
    [{ body: { model: "claude-haiku-4-5-20251001" } }, "haiku"],
    [{ body: { model: "sonnet" } }, "sonnet"],
    [{ body: { model: "claude-fable-5" } }, "other"],
    [{ body: { model: "gpt-opus" } }, "other"],
    [{}, "other"],
  ],
  provider: [
    [{ body: { model: "groq/llama/x" } }, "groq"],
    [{ body: { model: "gpt-5" } }, ""],
  ],
  dialect: [[{ dialect: "openai-chat" }, "openai-chat"]],
  operation: [[{ operation: "count_tokens" }, "count_tokens"]],
  stream: [
    [{ body: { stream: true } }, true],
    [{ body: { stream: "true" } }, false],
  ],
  principal: [
    [{}, "ada"],
    [{ identity: WITH_KEY }, "robot"],
  ],
  organisation: [[{ identity: WITH_KEY }, "acme"]],
  key: [
    [{ identity: WITH_KEY }, "ci"],
    [{}, ""],
  ],
  keyId: [
    [{ identity: WITH_KEY }, "key_1"],
    [{}, ""],
  ],
  client: [
    [{ headers: CLAUDE }, "claude-cli"],
    [{}, ""],
  ],
  clientVersion: [
    [{ headers: CLAUDE }, "2.1.329"],
    [{}, ""],
  ],
  headers: [
    [
      { headers: SENT },
      new Map([
        ["x-team", "core, tools"],
        ["x-long", "y".repeat(1_000)],
      ]),
    ],
  ],
  class: [
    [{ headers: [...CLAUDE, "x-claude-code-agent-id", "a"] }, "subagent"],
    [{ headers: ["x-claude-code-request-class", "workflow"] }, "workflow"],
    [{}, ""],
  ],
  background: [
    [{ headers: CLAUDE }, true],
    [{}, false],
  ],
  title: [
    [{ body: { output_config: TITLE } }, true],
    [{ body: { output_config: TITLE, tools: [{ name: "Bash" }] } }, false],
    [{ body: { output_config: { effort: "high" } } }, false],
  ],
  longContext: [
    [{ body: { pad: "x".repeat(800_001) } }, true],
    [{ body: { pad: "x".repeat(700_000) } }, false],
  ],
  thinking: [
    [{ body: { thinking: { type: "adaptive" } } }, true],
    [{ body: { thinking: { type: "disabled" } } }, false],
    [{ body: { reasoning: { effort: "high" } } }, true],
    [{ body: { reasoning: { effort: "none" } } }, false],
    [{ body: { reasoning_effort: "low" } }, true],
    [{ body: { generationConfig: { thinkingConfig: { thinkingLevel: "HIGH" } } } }, true],
    [{ body: { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } } }, false],
    [{}, false],
  ],
  webSearch: [
    [{ body: { tools: [{ type: "web_search_20250305", name: "web_search" }] } }, true],
    [{ body: { tools: [{ type: "web_search" }, { type: "function" }] } }, true],
    [{ body: { tools: [{ google_search: {} }] } }, true],
    [{ body: { tools: [{ googleSearch: {} }] } }, true],
    [{ body: { web_search_options: {} } }, true],
    [{ body: { tools: [{ name: "web_search", input_schema: {} }] } }, false],
    [{}, false],
  ],
  image: [
    [{ body: says({ type: "image", source: {} }) }, true],
    [{ body: says({ type: "tool_result", content: [{ type: "image" }] }) }, true],
    [{ body: says({ type: "image_url", image_url: {} }) }, true],
    [{ body: { input: [{ content: [{ type: "input_image" }] }] } }, true],
    [{ body: { contents: [{ parts: [{ inlineData: { mimeType: "image/png" } }] }] } }, true],
    [{ body: { contents: [{ parts: [{ inline_data: { mime_type: "image/png" } }] }] } }, true],
    [{ body: '{"messages": [ { "type" : "image" } ]}' }, true],
    [{ body: QUOTED }, false],
    [{ body: { tools: [{ type: "image" }] } }, false],
  ],
  inputTokens: [[{ body: { pad: "x".repeat(390) } }, 100n]],
  hour: [
    [{}, 22n],
    [{ zone: "Asia/Kolkata" }, 4n],
  ],
  weekday: [
    [{}, 4n],
    [{ zone: "Asia/Kolkata" }, 5n],
  ],
  budgetUsed: [
    [{ usedUsd: 4.25 }, 42.5],
    [{}, 0],
  ],
  fiveHourUsed: [
    [{}, 61],
    [{ identity: WITH_KEY }, undefined],
    [{ identity: { ...LOCAL, own: { class: "api_key" } } }, undefined],
  ],
  sevenDayUsed: [
    [{}, 0],
    [{ identity: WITH_KEY }, undefined],
  ],
  places: [
    [{}, ["us"]],
    [{ identity: WITH_KEY }, ["us", "in"]],
  ],
};

describe("the facts of a request", () => {
  for (const name of FACT_NAMES) {
    it(`tell ${name}`, () => {
      for (const [asked, value] of CASES[name]) {
        assert.deepEqual(factsOf(asked)[name], value, JSON.stringify(asked).slice(0, 200));
      }
    });
  }

  it("stay the same when they are asked for again", () => {
    const facts = factsOf({ headers: CLAUDE, body: says({ type: "image" }) });
    for (const name of FACT_NAMES) assert.deepEqual(facts[name], facts[name], name);
  });
});
