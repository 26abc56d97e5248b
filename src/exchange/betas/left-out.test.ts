import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readBetaRefusal } from "../../upstream/dialects/anthropic/index.ts";
import { alsoWithout, type LeftOut, leftOutOf, NOTHING_LEFT_OUT, namesOf } from "./left-out.ts";

function asked(betas: readonly string[], body: object) {
  return { betas, body: () => Buffer.from(JSON.stringify(body)) };
}

const CONTEXT = "context-management-2025-06-27";
const SCOPE = "prompt-caching-scope-2026-01-05";
const TOOLS = "advanced-tool-use-2025-11-20";
const BODY = {
  system: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral", scope: "global" } }],
  context_management: { edits: [] },
  messages: [],
};

function next(
  betas: readonly string[],
  body: object,
  message: string,
  taken: readonly string[] = [],
) {
  const refusal = readBetaRefusal(message, betas);
  if (refusal === undefined) return undefined;
  const left = alsoWithout(NOTHING_LEFT_OUT, refusal, asked(betas, body), taken);
  return left && namesOf(left);
}

describe("leftOutOf", () => {
  it("S4-60 takes a beta out together with what it brings", () => {
    const left = leftOutOf(asked([CONTEXT, SCOPE], BODY), { betas: [SCOPE], members: [] });
    assert.deepEqual(namesOf(left), [`anthropic-beta=${SCOPE}`, "system[].cache_control.scope"]);
  });

  it("leaves both where the body means nothing without the beta", () => {
    const body = {
      tools: [{ name: "a", defer_loading: true }, { type: "tool_search_tool_regex" }],
    };
    const refused: LeftOut = { betas: [TOOLS], members: [["tools", "[]", "defer_loading"]] };
    assert.deepEqual(leftOutOf(asked([TOOLS], body), refused), NOTHING_LEFT_OUT);
    const plain = { tools: [{ name: "a", defer_loading: true }] };
    assert.deepEqual(namesOf(leftOutOf(asked([TOOLS], plain), refused)), [
      `anthropic-beta=${TOOLS}`,
      "tools[].defer_loading",
    ]);
  });

  it("does not look at a body of which nothing has to go", () => {
    const untouched = { betas: [CONTEXT], body: () => assert.fail("it was read") };
    const refused = { betas: [SCOPE], members: [] };
    assert.deepEqual(leftOutOf(untouched, refused), NOTHING_LEFT_OUT);
  });
});

describe("alsoWithout", () => {
  it("takes the member of a named beta along, and the beta of a named member", () => {
    const expected = [`anthropic-beta=${CONTEXT}`, "context_management"];
    const betas = ["claude-code-20250219", CONTEXT];
    const named = `Unexpected value(s) \`${CONTEXT}\` for the \`anthropic-beta\` header.`;
    assert.deepEqual(next(betas, BODY, named), expected);
    const member = "context_management: Extra inputs are not permitted";
    assert.deepEqual(next(betas, BODY, member), expected);
  });

  it("takes what the server is not known to take, where it does not say which it means", () => {
    const betas = ["interleaved-thinking-2025-05-14", CONTEXT, "newest-2026-12-01"];
    const taken = ["interleaved-thinking-2025-05-14", CONTEXT];
    assert.deepEqual(next(betas, BODY, "invalid beta flag", taken), [
      "anthropic-beta=newest-2026-12-01",
    ]);
    assert.deepEqual(next(taken, BODY, "invalid beta flag", taken), [
      "anthropic-beta=interleaved-thinking-2025-05-14",
      `anthropic-beta=${CONTEXT}`,
      "context_management",
    ]);
  });

  it("takes a member of which nothing is known with the betas of which nothing is known", () => {
    const betas = [CONTEXT, "newest-2026-12-01"];
    const told = "newest_member: Extra inputs are not permitted";
    assert.deepEqual(next(betas, { ...BODY, newest_member: 1 }, told), [
      "anthropic-beta=newest-2026-12-01",
      "newest_member",
    ]);
  });

  it("takes a known member alone where nobody sent the beta that brings it", () => {
    const betas = ["newest-2026-12-01"];
    const told = "context_management: Extra inputs are not permitted";
    assert.deepEqual(next(betas, BODY, told), ["context_management"]);
    const body = { system: [{ type: "text", cache_control: { type: "ephemeral", ttl: "1h" } }] };
    const ttl = "system.0.cache_control.ephemeral.ttl: Extra inputs are not permitted";
    assert.deepEqual(next(betas, body, ttl), ["system[].cache_control.ttl"]);
  });

  it("changes nothing where that would not help, or cannot be done whole", () => {
    const format = { output_config: { format: { type: "json_schema" }, effort: "low" } };
    const structured = "structured-outputs-2025-12-15";
    const named = `Unexpected value(s) \`${structured}\` for the \`anthropic-beta\` header.`;
    assert.equal(next([structured], format, named), undefined);
    assert.equal(
      next([CONTEXT], { messages: [] }, "newest_member: Extra inputs are not permitted"),
      undefined,
    );
    assert.equal(next([], BODY, "invalid beta flag"), undefined);
  });
});
