import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { at, textAt } from "../conformance/exchange.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { startGateway } from "../upstream/gateway.ts";
import { startChatUpstream } from "./chat-upstream.ts";
import { runProgram } from "./program.ts";

describe("a key of another provider than Anthropic", () => {
  it("is stored, tested with that provider alone, and pays for its models", async () => {
    await using scope = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), "spillway-provider-keys-"));
    scope.defer(async () => await rm(home, { recursive: true, force: true, maxRetries: 3 }));
    const secret = `gsk_${randomBytes(24).toString("hex")}`;
    const groq = scope.use(await startChatUpstream(secret, "Hello from afar."));
    const upstream = scope.use(await startAnthropicUpstream());
    const gateway = scope.use(
      await startGateway({
        upstreamUrl: upstream.url,
        config: `providers:\n  groq:\n    url: ${groq.url}/openai/v1\n`,
        dataDir: join(home, "data"),
      }),
    );
    const spillway = async (args: readonly string[], input?: string) =>
      await runProgram(args, {
        home,
        env: { SPILLWAY_DATA_DIR: gateway.dataDir, SPILLWAY_ANTHROPIC_URL: upstream.url },
        ...(input === undefined ? {} : { input }),
      });
    const byok = async (args: readonly string[], input?: string) =>
      await spillway(["byok", ...args], input);

    const wrong = await byok(["set", "groq"], "gsk_wrong-wrong-wrong\n");
    assert.match(`${wrong.out}${wrong.err}`, /refuses it \(401\)/);
    const stored = await byok(["set", "groq"], `${secret}\n`);
    assert.equal(stored.code, 0, stored.err);
    assert.match(stored.out, /the provider takes it/);
    assert.equal(groq.requests.at(-1)?.target, "/openai/v1/models");
    const listed = await byok(["list"]);
    assert.match(listed.out, /^ {2}groq +gsk_/m);
    const unknown = await byok(["set", "no-such-provider"], `${secret}\n`);
    assert.notEqual(unknown.code, 0);

    const made = await spillway(["keys", "create", "--name", "me", "--json"]);
    const key: unknown = JSON.parse(made.out);
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "x-spillway-key": textAt(key, "key") ?? "",
      },
      body: JSON.stringify({
        model: "groq/openai/gpt-oss-120b",
        max_tokens: 64,
        messages: [{ role: "user", content: "Say hello." }],
      }),
    });
    const message: unknown = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(message));
    assert.deepEqual(at(message, "content"), [{ type: "text", text: "Hello from afar." }]);
    const asked = groq.requests.at(-1);
    assert.equal(asked?.target, "/openai/v1/chat/completions");
    assert.equal(at(asked?.body, "model"), "openai/gpt-oss-120b");
    assert.equal(asked?.headers["x-api-key"], undefined);
    assert.equal(upstream.requests.length, 0);
    for (const said of [stored.out, stored.err, listed.out, gateway.stdout(), gateway.stderr()]) {
      assert.ok(!said.includes(secret));
    }
  });
});
