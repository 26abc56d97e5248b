import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest, Turn } from "../../src/canonical/index.ts";
import { PROVIDERS } from "../../src/upstream/providers/registry.generated.ts";
import { at, isRecord, textAt } from "../conformance/exchange.ts";
import {
  CAUSES,
  MEMBERS_NOT_RECORDED,
  OTHER_WISHES,
  REASONING_CASES,
} from "./providers-differences.ts";
import {
  type Gist,
  gistOf,
  list,
  noCorpus,
  protocolOf,
  type Recorded,
  recordedRequests,
  writeFor,
} from "./providers-scenarios.ts";

const recorded = noCorpus === false ? recordedRequests() : [];
const taken = recorded.filter(({ status }) => status === 200);

describe("what providers are asked, beside what they took from others", { skip: noCorpus }, () => {
  it("chooses tools as each of them took it", () => {
    const seen = compare(
      /^anthropic__tool-choice-matrix-(?<scenario>.+)-anthropic(?<turn>__\dof\d)?$/,
      {
        isSame: ({ name }, { scenario, turn = "" }) =>
          new RegExp(`__tool-choice-matrix-${scenario}-(?!with)[a-z-]+${turn}$`).test(name),
        members: ["roles", "tools", "choice", "calls"],
      },
    );
    assert.deepEqual([...seen.differences], Object.keys(OTHER_WISHES["toolChoice"] ?? {}));
    assert.ok(seen.compared >= 34, String(seen.compared));
  });

  it("tells a conversation with two calls at once as each of them took it", () => {
    const seen = compare(
      /^anthropic__anthropiccommon-claude-sonnet-4-(?<scenario>multi-tool(?:-streaming)?)(?<turn>__\dof\d)$/,
      {
        isSame: ({ name }, { scenario, turn }) =>
          new RegExp(`common-[a-z0-9-]+?-${scenario}${turn}$`).test(name) &&
          (scenario !== "multi-tool" || !name.includes("streaming")),
        members: ["roles", "tools", "choice"],
      },
    );
    assert.deepEqual([...seen.differences], Object.keys(OTHER_WISHES["parallelCalls"] ?? {}));
    assert.ok(seen.compared >= 30, String(seen.compared));
  });

  for (const { name, provider, body, model } of taken.filter(isReasoningCase)) {
    it(`asks for reasoning as was taken: ${name}`, () => {
      const scenario = name.replace(/^.*wire-contract-/, "");
      const found = REASONING_CASES[scenario];
      assert.ok(found, `a case that nothing is said of: ${scenario}`);
      const written = writeFor(provider, model, hello(model, found.asked)).body;
      const ours = reasoningMembers(written);
      const theirs = reasoningMembers(body);
      if (found.butFor === undefined) assert.deepEqual(ours, theirs);
      else assert.deepEqual(ours, found.butFor.ours, found.butFor.reason);
    });
  }

  it("puts images of results where they were taken", () => {
    for (const [provider, model, roles] of [
      ["groq", "meta-llama/llama-4-maverick-17b-128e-instruct", "user assistant tool user"],
      ["mistral", "mistral-medium-latest", "user assistant tool assistant user"],
    ] as const) {
      const messages = list(
        writeFor(provider, model, hello(model, { turns: IMAGE })).body["messages"],
      );
      const same = taken.find(({ name }) =>
        name.startsWith(`${provider}__multimodal-tool-return-matrix-tool-return-content-url-image`),
      );
      assert.equal(messages.map((message) => textAt(message, "role")).join(" "), roles);
      const theirs = list(same?.body["messages"]).map((message) => textAt(message, "role"));
      assert.equal(theirs.join(" "), roles);
      const kinds = list(at(messages.at(-1), "content")).map((part) => textAt(part, "type"));
      assert.ok(kinds.includes("image_url"), JSON.stringify(kinds));
    }
    const three = writeFor(
      "gemini",
      "gemini-3-pro-preview",
      hello("gemini-3-pro-preview", { turns: IMAGE }),
    );
    const result = at(list(at(list(three.body["contents"])[2], "parts"))[0], "functionResponse");
    assert.equal(textAt(list(at(result, "parts"))[0], "inlineData", "mimeType"), "image/png");
    const responses = writeFor("openai", "gpt-5-mini", hello("gpt-5-mini", { turns: IMAGE }));
    const output = list(responses.body["input"]).at(-1);
    assert.ok(list(at(output, "output")).some((part) => at(part, "type") === "input_image"));
  });

  it("sends no member of the body that none of them was seen to take, but for documented ones", () => {
    const news = new Map<string, string>();
    for (const provider of PROVIDERS.keys()) {
      const own = taken.filter((each) => each.provider === provider);
      for (const model of new Set(own.map((each) => each.model))) {
        const written = writeFor(provider, model, FULL);
        const same = own.filter(({ protocol }) => protocol === protocolOf(written));
        if (same.length < 3) continue;
        const known = new Set(same.flatMap(({ body }) => Object.keys(body)));
        for (const member of Object.keys(written.body)) {
          if (!known.has(member)) news.set(`${provider} ${member}`, model);
        }
      }
    }
    assert.deepEqual([...news.keys()].toSorted(), Object.keys(MEMBERS_NOT_RECORDED).toSorted());
  });

  it("gives a history of other providers to each without their thinking, and all calls with their results", () => {
    const histories = taken.filter(
      ({ provider, body }) =>
        provider === "anthropic" &&
        list(body["messages"]).length > 2 &&
        // A tool that only Anthropic runs, and no other, is refused elsewhere.
        list(body["tools"]).some((tool) => isRecord(at(tool, "input_schema"))),
    );
    assert.ok(histories.length >= 20, String(histories.length));
    for (const { name, body } of histories) {
      for (const provider of PROVIDERS.keys()) {
        const model = provider === "gemini" ? "gemini-3-pro-preview" : "any-model";
        const text = JSON.stringify(writeFor(provider, model, body).body);
        for (const signature of signaturesIn(body)) {
          assert.ok(!text.includes(signature), `${name} to ${provider}`);
        }
      }
    }
  });

  it("gives each call an id of its own where a provider counts from zero in every turn", () => {
    for (const provider of PROVIDERS.keys()) {
      // Gemini pairs by place and name within a turn, and its own ids are optional.
      if (provider === "gemini") continue;
      const { body } = writeFor(provider, "any-model", hello("any-model", { turns: REUSED }));
      const calls = idsOf(body, /^(?:tool_use|function_call)$/, ["id", "call_id"]);
      const results = idsOf(body, /^(?:tool_result|function_call_output)$/, [
        "tool_use_id",
        "call_id",
      ]);
      assert.equal(new Set(calls).size, calls.length, provider);
      assert.deepEqual(results, calls, provider);
    }
  });
});

describe("what providers refused others", { skip: noCorpus }, () => {
  for (const { name, provider, model, answer } of recorded.filter(({ status }) => status >= 400)) {
    it(`is not what we would have sent: ${name}`, () => {
      const cause = CAUSES.find(({ names }) => names.test(name));
      assert.ok(cause, `nothing is said of it: ${JSON.stringify(answer)}`);
      if ("reason" in cause) return;
      const [to, named] = cause.of ?? [provider, model];
      const { body } = writeFor(to, named, hello(named, cause.asked));
      assert.doesNotMatch(JSON.stringify(body), cause.never);
    });
  }
});

interface Comparison {
  readonly isSame: (other: Recorded, groups: Readonly<Record<string, string>>) => boolean;
  readonly members: readonly (keyof Gist)[];
}

/** What we make of Anthropic's request beside what the others were recorded to take in the same scenario. */
function compare(scenario: RegExp, { isSame, members }: Comparison) {
  const differences = new Set<string>();
  let compared = 0;
  for (const { name, body } of taken) {
    const groups = scenario.exec(name)?.groups;
    if (groups === undefined) continue;
    for (const other of taken) {
      if (other.provider === "anthropic" || !isSame(other, groups)) continue;
      const written = writeFor(other.provider, other.model, body);
      if (protocolOf(written) !== other.protocol) {
        differences.add(`${other.provider}: ${other.protocol} for ${other.model}`);
        continue;
      }
      compared += 1;
      const [ours, theirs] = [
        gistOf(other.protocol, written.body),
        gistOf(other.protocol, other.body),
      ];
      for (const member of members) {
        if (JSON.stringify(ours[member]) === JSON.stringify(theirs[member])) continue;
        differences.add(`${other.name}: ${member}`);
      }
    }
  }
  return { differences, compared };
}

function isReasoningCase({ name, protocol }: Recorded): boolean {
  return protocol === "openai-chat" && name.includes("__reasoning-wire-contract-");
}

function reasoningMembers(body: Readonly<Record<string, unknown>>) {
  const names = ["reasoning_effort", "reasoning_format", "clear_thinking", "thinking", "reasoning"];
  return Object.fromEntries(names.filter((key) => key in body).map((key) => [key, body[key]]));
}

/** Thinking that Anthropic signed, and its encrypted pages. */
function signaturesIn(value: unknown): readonly string[] {
  const found = JSON.stringify(value).matchAll(/"(?:signature|encrypted_content)":"([^"]{20,})"/g);
  return [...found].map(([, signature = ""]) => signature);
}

/** Ids of calls or of results, in order, in whatever dialect a body is. */
function idsOf(value: unknown, types: RegExp, names: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => idsOf(each, types, names));
  if (typeof value !== "object" || value === null) return [];
  const isResult = names.includes("tool_use_id");
  const chat = isResult
    ? textAt(value, "tool_call_id")
    : at(value, "function", "arguments") && textAt(value, "id");
  const own = types.test(textAt(value, "type") ?? "")
    ? names.map((name) => textAt(value, name)).find((id) => id !== undefined)
    : undefined;
  const gemini = textAt(value, isResult ? "functionResponse" : "functionCall", "id");
  const id = own ?? (typeof chat === "string" ? chat : gemini);
  if (id !== undefined) return [id];
  return Object.values(value).flatMap((each) => idsOf(each, types, names));
}

function hello(model: string, asked: Partial<CanonicalRequest>): CanonicalRequest {
  return {
    model,
    system: [],
    turns: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    tools: [],
    stream: false,
    stopSequences: [],
    extra: {},
    ...asked,
  };
}

const IMAGE: readonly Turn[] = [
  { role: "user", content: [{ type: "text", text: "Show me the file." }] },
  {
    role: "assistant",
    content: [{ type: "tool_use", id: "call_1", name: "get_file", input: "{}" }],
  },
  {
    role: "user",
    content: [
      {
        type: "tool_result",
        toolUseId: "call_1",
        content: [
          { type: "image", source: { kind: "base64", mediaType: "image/png", data: "aGk=" } },
        ],
        isError: false,
      },
    ],
  },
];

const REUSED: readonly Turn[] = [1, 2, 3].flatMap((n): Turn[] => [
  { role: "user", content: n === 1 ? [{ type: "text", text: "Go on." }] : resultsOf() },
  {
    role: "assistant",
    content: ["call_0", "call_1"].map((id) => ({
      type: "tool_use",
      id,
      name: "look",
      input: "{}",
    })),
  },
  ...(n === 3 ? [{ role: "user", content: resultsOf() } as const] : []),
]);

function resultsOf(): Turn["content"] {
  return ["call_0", "call_1"].map((toolUseId) => ({
    type: "tool_result",
    toolUseId,
    content: [{ type: "text", text: "seen" }],
    isError: false,
  }));
}

/** Everything that an agent says, in one request. */
const FULL = {
  model: "m",
  max_tokens: 64,
  stream: true,
  system: "Be brief.",
  messages: [{ role: "user", content: "Hi" }],
  tools: [
    { name: "look", description: "Looks.", input_schema: { type: "object", properties: {} } },
  ],
  tool_choice: { type: "any", disable_parallel_tool_use: true },
  metadata: { user_id: "user_1" },
  thinking: { type: "enabled", budget_tokens: 2_048 },
};
