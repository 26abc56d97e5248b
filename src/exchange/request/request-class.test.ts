import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readClientInfo } from "../../identity/client.ts";
import { HeldBody, HeldBytes } from "./body.ts";
import { BodyFacts } from "./body-facts.ts";
import { readFacts } from "./facts.ts";
import { classOf } from "./request-class.ts";

const CLAUDE = ["User-Agent", "claude-cli/2.1.329 (external, cli)"];
const CODEX = ["user-agent", "codex_exec/0.169.0 (Debian)"];
const TOOLS = [{ name: "Bash", input_schema: {} }];
const SUMMARY =
  "Your task is to create a detailed summary of the conversation so far. End with a <summary> block.";

function recognise(headers: readonly string[], body: object, operation = "messages") {
  const bytes = Buffer.from(JSON.stringify(body));
  const held = new HeldBody(
    [bytes.subarray(0, 9), bytes.subarray(9)],
    bytes.length,
    new HeldBytes(),
  );
  const facts = readFacts(held);
  const client = readClientInfo(headers);
  return classOf({ headers, client, operation, facts, body: new BodyFacts(held, facts) });
}

const main = { model: "m", tools: TOOLS, thinking: { type: "adaptive" } };

const CASES: readonly (readonly [string, readonly string[], object, string | undefined])[] = [
  ["tools", CLAUDE, main, "main"],
  ["thinking without tools", CLAUDE, { ...main, tools: [] }, "main"],
  ["neither", CLAUDE, { model: "m", tools: [], thinking: { type: "disabled" } }, "auxiliary"],
  [
    "nothing but a search",
    CLAUDE,
    { model: "m", tools: [{ type: "web_search_20250305", name: "web_search" }] },
    "auxiliary",
  ],
  [
    "the quota probe",
    CLAUDE,
    { model: "m", max_tokens: 1, messages: [{ role: "user", content: "quota" }] },
    "auxiliary",
  ],
  ["an agent's id", [...CLAUDE, "x-claude-code-agent-id", "a1"], main, "subagent"],
  ["the compaction header", [...CLAUDE, "x-claude-code-compaction", "auto"], main, "compaction"],
  [
    "a summary asked for",
    CLAUDE,
    { ...main, messages: [{ role: "user", content: SUMMARY }] },
    "compaction",
  ],
  [
    "a summary long ago",
    CLAUDE,
    {
      ...main,
      messages: [
        { role: "user", content: SUMMARY },
        { role: "user", content: "x".repeat(30_000) },
      ],
    },
    "main",
  ],
  ["Codex", CODEX, { tools: TOOLS }, "main"],
  ["Codex without tools", CODEX, {}, "auxiliary"],
  ["Codex's review", [...CODEX, "x-openai-subagent", "review"], { tools: TOOLS }, "subagent"],
  [
    "Codex's compaction",
    [...CODEX, "X-OpenAI-Subagent", "compact"],
    { tools: TOOLS },
    "compaction",
  ],
  ["Codex's memory", [...CODEX, "x-openai-subagent", "memory_consolidation"], {}, "auxiliary"],
  ["Gemini CLI", ["user-agent", "GeminiCLI-tui/0.61.0/m (linux)"], { tools: TOOLS }, "main"],
  ["Gemini CLI's own questions", ["user-agent", "GeminiCLI-tui/0.61.0/m (linux)"], {}, "auxiliary"],
  ["an unknown client", ["user-agent", "curl/8.0"], main, undefined],
  ["no client", [], main, undefined],
];

describe("the class of a request", () => {
  for (const [what, headers, body, name] of CASES) {
    it(`of ${what} is ${name ?? "not known"}`, () => {
      const expected = name === undefined ? undefined : { name, isTold: false };
      assert.deepEqual(recognise(headers, body), expected);
    });
  }

  it("is what the client says, whatever it sends", () => {
    const said = [...CLAUDE, "x-claude-code-request-class", "workflow"];
    assert.deepEqual(recognise(said, {}), { name: "workflow", isTold: true });
    assert.deepEqual(recognise(said, {}, "count_tokens"), { name: "workflow", isTold: true });
  });

  it("is not recognised of what asks for no answer", () => {
    assert.equal(recognise(CLAUDE, main, "count_tokens"), undefined);
  });
});
