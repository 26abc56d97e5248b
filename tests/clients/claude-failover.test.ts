import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { failure, message, messageThenError, type Responder } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { startGateway } from "../upstream/gateway.ts";
import { text, toolUse } from "../upstream/messages.ts";
import { type Claude, claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";

const TOOLS = ["--allowedTools", "Bash,Write"];
const OVERLOADED = { type: "overloaded_error", message: "Overloaded" };

const BROKEN: readonly (readonly [string, Responder])[] = [
  ["is overloaded", failure(529, "Overloaded")],
  ["resets its connections", message({ content: [] }, { breakBeforeHead: "reset" })],
  ["fails inside of a 200", messageThenError({ content: [text("lost")] }, 1, OVERLOADED)],
];

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} whose provider fails`, () => {
    for (const [name, responder] of BROKEN) {
      it(`S3-65 finishes its task at the next place, and never asks twice, where the first ${name}`, async () => {
        await using primary = await startAnthropicUpstream();
        primary.on(() => true, responder);
        await finishElsewhere(claude, primary.url);
        assert.ok(primary.ofKind("main").length > 0);
      });
    }

    it("S3-65 finishes its task at the next place where nobody listens at the first", async () => {
      await finishElsewhere(claude, `http://127.0.0.1:${await closedPort()}`);
    });
  });
}

/** A task of three turns, each of which is answered by the fallback alone, at the client's first try. */
async function finishElsewhere(claude: Claude, primaryUrl: string): Promise<void> {
  await using fallback = await startAnthropicUpstream();
  await using gateway = await startGateway({
    upstreamUrl: primaryUrl,
    env: { FALLBACK_KEY: "sk-of-the-fallback" },
    config: JSON.stringify({
      providers: { spare: { kind: "litellm", url: fallback.url, key: "env:FALLBACK_KEY" } },
      routing: { fallbacks: { "*": ["spare/claude-opus-4-8"] } },
      budgets: { allowUnpriced: true },
      limits: { loopDelay: "30s" },
    }),
  });
  await using home = await makeClaudeHome({ claude, baseUrl: gateway.url, login: SUBSCRIPTION });
  const file = join(home.work, "made.txt");
  fallback.queue(
    "main",
    message({ content: [toolUse("Write", { file_path: file, content: "one\n" }, "toolu_1")] }),
    message({
      content: [
        toolUse("Bash", { command: "echo two >> made.txt", description: "add" }, "toolu_2"),
      ],
    }),
    message({ content: [text("All done.")] }),
  );
  const outcome = await runClaude(claude, home, { prompt: "make a file", args: TOOLS });
  assert.equal(outcome.result, "All done.", outcome.stderr);
  assert.equal(await readFile(file, "utf8"), "one\ntwo\n");
  const turns = fallback.ofKind("main");
  assert.equal(turns.length, 3);
  for (const turn of turns) {
    assert.equal(turn.header("x-stainless-retry-count"), "0");
    assert.equal(turn.header("authorization"), "Bearer sk-of-the-fallback");
  }
}

async function closedPort(): Promise<number> {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}
