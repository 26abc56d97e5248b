import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runProgram } from "../integration/program.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { startGateway } from "../upstream/gateway.ts";

const CONFIG = `
routing:
  rules:
    - { name: keep-pinned, model: claude-opus-4-6, stop: true }
    - { name: no-fable, when: 'model.like("claude-fable-*")', refuse: Ask the platform team for Fable. }
    - { name: team, when: 'headers["x-team"] == "core" && tier == "sonnet"', to: claude-opus-4-8 }
    - { name: aside, class: auxiliary, to: claude-haiku-4-5 }
    - { name: agents, class: subagent, tier: [opus, sonnet], to: claude-sonnet-4-6 }
`;

const CLAUDE = { "user-agent": "claude-cli/2.1.329 (external, cli)" };
const TOOLS = [{ name: "Bash", description: "", input_schema: { type: "object" } }];

async function ask(
  url: string,
  model: string,
  headers: Record<string, string> = {},
  more: object = {},
) {
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { authorization: "Bearer some-token", "content-type": "application/json", ...headers },
    body: JSON.stringify({
      model,
      max_tokens: 9,
      messages: [{ role: "user", content: "hello" }],
      ...more,
    }),
    signal: AbortSignal.timeout(20_000),
  });
  return {
    status: response.status,
    text: await response.text(),
    id: response.headers.get("x-spillway-request-id"),
  };
}

describe("rules", () => {
  it("S4-11: say which name a request has; the first that matches decides", async () => {
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startGateway({ upstreamUrl: upstream.url, config: CONFIG });
    const sent = async (
      ...asked: Parameters<typeof ask> extends [string, ...infer R] ? R : never
    ) => {
      const before = upstream.requests.length;
      const answer = await ask(gateway.url, ...asked);
      assert.equal(answer.status, 200, answer.text);
      const body = upstream.requests[before]?.json();
      return { model: JSON.parse(JSON.stringify(body)).model, answer };
    };
    assert.equal((await sent("claude-opus-4-8")).model, "claude-opus-4-8");
    assert.equal((await sent("claude-opus-4-8", CLAUDE)).model, "claude-haiku-4-5");
    assert.equal((await sent("claude-opus-4-6", CLAUDE)).model, "claude-opus-4-6");
    assert.equal(
      (await sent("claude-opus-4-8", CLAUDE, { tools: TOOLS })).model,
      "claude-opus-4-8",
    );
    const agent = { ...CLAUDE, "x-claude-code-agent-id": "a1" };
    assert.equal(
      (await sent("claude-opus-4-8", agent, { tools: TOOLS })).model,
      "claude-sonnet-4-6",
    );
    assert.equal((await sent("claude-sonnet-4-6", { "x-team": "core" })).model, "claude-opus-4-8");
    assert.equal(
      (await sent("claude-sonnet-4-6", { "x-team": "other" })).model,
      "claude-sonnet-4-6",
    );

    const { answer } = await sent("claude-opus-4-8", CLAUDE, { tools: [] });
    assert.equal(
      JSON.parse(answer.text).model,
      "claude-opus-4-8",
      "the client sees the name that it wrote",
    );
  });

  it("give names that stand for something: aliases, virtual models, other providers' models", async () => {
    await using upstream = await startAnthropicUpstream();
    const config = `
routing:
  aliases: { cheap: claude-haiku-4-5 }
  models: { coding: { targets: [{ model: claude-sonnet-4-6, pays: session }, cheap] } }
  rules:
    - { name: a, when: 'headers["x-as"] == "alias"', to: cheap }
    - { name: v, when: 'headers["x-as"] == "virtual"', to: coding }
`;
    await using gateway = await startGateway({ upstreamUrl: upstream.url, config });
    const authorization = "Bearer sk-ant-oat01-of-nobody";
    for (const [as, model] of [
      ["alias", "claude-haiku-4-5"],
      ["virtual", "claude-sonnet-4-6"],
      ["none", "claude-opus-4-8"],
    ] as const) {
      const answer = await ask(gateway.url, "claude-opus-4-8", { authorization, "x-as": as });
      assert.equal(answer.status, 200, answer.text);
      assert.ok(upstream.requests.at(-1)?.body.includes(`"model":"${model}"`), as);
    }
  });

  it("give no name that the key does not allow, and help nobody past the list", async () => {
    await using upstream = await startAnthropicUpstream();
    const config = "routing: { rules: [{ name: r, tier: [opus, haiku], to: claude-sonnet-4-6 }] }";
    await using gateway = await startGateway({ upstreamUrl: upstream.url, config });
    const made = async (name: string, ...models: readonly string[]) => {
      const allowed = models.flatMap((model) => ["--models", model]);
      const args = ["keys", "create", "--name", name, ...allowed, "--json"];
      const run = await runProgram([...args, "--data-dir", gateway.dataDir], gateway);
      assert.equal(run.code, 0, run.err);
      return { "x-spillway-key": String(JSON.parse(run.out).secret ?? JSON.parse(run.out).key) };
    };
    const opusOnly = await made("opus-only", "claude-opus-*");
    const sonnetOnly = await made("sonnet-only", "claude-sonnet-*");
    const both = await made("both", "claude-opus-*,claude-sonnet-*");
    const statusOf = async (headers: Record<string, string>) =>
      (await ask(gateway.url, "claude-opus-4-8", headers)).status;
    assert.equal(await statusOf(opusOnly), 403);
    assert.equal(await statusOf(sonnetOnly), 403);
    assert.equal(upstream.requests.length, 0);
    assert.equal(await statusOf(both), 200);
  });

  it("refuse in the operator's words, before anything is sent", async () => {
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startGateway({ upstreamUrl: upstream.url, config: CONFIG });
    const { status, text } = await ask(gateway.url, "claude-fable-5");
    assert.equal(status, 403);
    assert.match(
      text,
      /Ask the platform team for Fable\. .*rule_refused|rule_refused.*Ask the platform team/,
    );
    assert.equal(upstream.requests.length, 0);
  });

  it("S3-03: are in the record, with the class that was recognised", async () => {
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startGateway({ upstreamUrl: upstream.url, config: CONFIG });
    const { id } = await ask(gateway.url, "claude-opus-4-8", CLAUDE);
    await ask(gateway.url, "claude-opus-4-8", {
      ...CLAUDE,
      "x-claude-code-request-class": "auxiliary",
    });
    const events = JSON.stringify(await gateway.api("/me/activity/events?limit=5"));
    assert.ok(events.includes('"request_class":"auxiliary (recognised)"'), events);
    assert.ok(events.includes('"request_class":"auxiliary"'), events);
    const why = await runProgram(["why", id ?? "", "--data-dir", gateway.dataDir], gateway);
    assert.match(why.out, /rule aside: claude-opus-4-8 is claude-haiku-4-5/, why.err);
  });

  it("are refused at start where they mean nothing, with their place and the remedy", async () => {
    const config =
      "routing: { rules: [{ name: a, stop: true }, { name: b, when: 'tire == \"opus\"', stop: true }] }";
    await assert.rejects(
      startGateway({ upstreamUrl: "http://127.0.0.1:9", config }),
      /routing\.rules\[1\]\.when: character 1: there is no fact tire; did you mean tier\?/,
    );
    await assert.rejects(
      startGateway({
        upstreamUrl: "http://127.0.0.1:9",
        config: "routing: { rules: [{ name: a, tier: opus }] }",
      }),
      /routing\.rules\[0\]: needs one of to/,
    );
  });
});
