import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { runProgram } from "../integration/program.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { startGateway } from "../upstream/gateway.ts";

const CONFIG = `
timeZone: UTC
routing:
  rules:
    - { name: team, when: 'headers["x-team"] == "core"', to: claude-opus-4-6 }
    - { name: night, when: "hour >= 22", to: claude-sonnet-4-6 }
    - { name: fable, model: "claude-fable-*", refuse: Not here. }
    - { name: aside, class: auxiliary, to: claude-haiku-4-5 }
    - { name: late, class: workflow, stop: true }
`;
const CLAUDE = "user-agent: claude-cli/2.1.329 (external, cli)";
const NOON = "2026-11-26T12:00Z";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "spillway-explain-"));
  await writeFile(join(folder, "spillway.yaml"), CONFIG);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

const body = (model: string, more: object = {}) =>
  JSON.stringify({ model, max_tokens: 9, messages: [{ role: "user", content: "hi" }], ...more });

async function explain(input: string, ...args: readonly string[]) {
  const data = ["--data-dir", join(folder, "data"), "--config", join(folder, "spillway.yaml")];
  return await runProgram(["route", "explain", "--request", "-", ...data, ...args], {
    home: folder,
    input,
  });
}

describe("spillway route explain", () => {
  it("tells every rule with its result, without a server", async () => {
    const { out, code, err } = await explain(
      body("claude-opus-4-8"),
      "--header",
      CLAUDE,
      "--as-of",
      NOON,
    );
    assert.equal(code, 0, err);
    assert.equal(
      out,
      `claude-opus-4-8
  class auxiliary, recognised

Rules
  error      team   No such key: x-team
  no         night  hour >= 22
  no         fable  model is claude-opus-4-8
  matches    aside
  not asked  late

Route
  rule aside: claude-opus-4-8 is claude-haiku-4-5
  no server runs, so nobody looked where the name leads to
`,
    );
  });

  it("asks at another time, and tells a refusal", async () => {
    const late = await explain(body("gpt-5"), "--json", "--as-of", "2026-11-26T23:00Z");
    assert.deepEqual(JSON.parse(late.out).route.steps.slice(-1), [
      "rule night: gpt-5 is claude-sonnet-4-6",
    ]);
    const refused = await explain(body("claude-fable-5"), "--as-of", NOON);
    assert.match(refused.out, /refused: Not here\. \(rule_refused\)/);
  });

  it("tells the dialects apart by their bodies", async () => {
    const rule =
      "routing: { rules: [{ name: chat, when: 'dialect == \"openai-chat\"', to: a }, { name: responses, when: 'dialect == \"openai-responses\"', to: b }, { name: rest, to: c }] }";
    await writeFile(join(folder, "spillway.yaml"), rule);
    const named = async (text: object) => {
      const { out, err } = await explain(JSON.stringify(text), "--json");
      assert.notEqual(out, "", err);
      return JSON.parse(out).rules.find((each: { result: string }) => each.result === "matches")
        .name;
    };
    assert.equal(await named({ model: "m", messages: [{ role: "system", content: "" }] }), "chat");
    assert.equal(await named({ model: "m", input: "hi" }), "responses");
    assert.equal(await named({ model: "m", contents: [] }), "rest");
    assert.equal(await named({ model: "m", max_tokens: 1, messages: [] }), "rest");
  });

  it("tells candidates with their prices where a server runs, and sends nothing", async () => {
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: CONFIG,
      dataDir: join(folder, "data"),
    });
    const { out, code, err } = await explain(
      body("claude-opus-4-8"),
      "--header",
      CLAUDE,
      "--as-of",
      NOON,
    );
    assert.equal(code, 0, err);
    assert.match(
      out,
      /\n {2}1 {2}anthropic\/claude-haiku-4-5 {2}session {2}\$1\.00 in, \$5\.00 out {2}/,
    );
    const big = await explain(
      body("claude-opus-4-8", { pad: "x".repeat(500_000) }),
      "--as-of",
      NOON,
    );
    assert.equal(big.code, 0, big.err);
    assert.equal(upstream.requests.length, 0);
    assert.equal(gateway.hasExited(), false);
  });

  it("takes nobody's turn", async () => {
    await using upstream = await startAnthropicUpstream();
    const config = `
routing:
  models:
    turns: { strategy: round_robin, targets: [claude-opus-4-8, claude-sonnet-4-6] }
`;
    await using _gateway = await startGateway({
      upstreamUrl: upstream.url,
      config,
      dataDir: join(folder, "data"),
    });
    const firstOf = async () => {
      const { out, err } = await explain(body("turns"), "--json");
      assert.notEqual(out, "", err);
      return JSON.parse(out).route.candidates[0].name;
    };
    assert.equal(await firstOf(), "anthropic/claude-opus-4-8");
    assert.equal(await firstOf(), "anthropic/claude-opus-4-8");
  });

  it("says what is wrong with what it is asked", async () => {
    for (const [input, args, message] of [
      ["[]", [], /has to be a JSON object/],
      ["{}", ["--header", "nonsense"], /--header takes a field/],
      ["{}", ["--brings", "gold"], /--brings takes session, key or none/],
      ["{}", ["--as-of", "soon"], /--as-of takes a time/],
      ["{}", ["--key", "nobody"], /no key/i],
    ] as const) {
      const { code, err } = await explain(input, ...args);
      assert.notEqual(code, 0);
      assert.match(err, message);
    }
  });
});
