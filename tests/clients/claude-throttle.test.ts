import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { message, type Responder } from "../upstream/answer.ts";
import { text, toolUse } from "../upstream/messages.ts";
import {
  API_KEY,
  type Claude,
  type ClaudeOutcome,
  claudes,
  makeClaudeHome,
  runClaude,
} from "./claude.ts";
import { type Lab, openLab } from "./lab.ts";

const SESSIONS = ["one", "two", "three", "four"];
const TOOLS = ["--allowedTools", "Bash"];

/** A gateway that lets one request through at a time, and an upstream that sees how many there are. */
async function start(wait: string, firstTakesMs = 400) {
  const lab = await openLab({
    gateway: { config: `anthropic:\n  limits: { concurrency: 1, wait: ${wait} }` },
  });
  const seen = { running: 0, most: 0, count: 0 };
  const counted =
    (answer: Responder): Responder =>
    (request, serial) => {
      seen.running += 1;
      seen.count += 1;
      seen.most = Math.max(seen.most, seen.running);
      void request.closed.then(() => {
        seen.running -= 1;
      });
      return answer(request, serial);
    };
  lab.upstream.on(
    "main",
    counted((request, serial) => {
      const isSecondTurn = request.body.includes("tool_result");
      const content = isSecondTurn
        ? text("All done.")
        : toolUse("Bash", { command: "echo hello", description: "greet" }, `toolu_${serial}`);
      const headDelayMs = seen.count === 1 ? firstTakesMs : 400;
      return message({ content: [content] }, { headDelayMs })(request, serial);
    }),
  );
  return { lab, seen };
}

/** As many developers as there are sessions, each with a task of two turns, all at once. */
async function runAll(claude: Claude, lab: Lab): Promise<readonly ClaudeOutcome[]> {
  const runs = SESSIONS.map(async (name) => {
    await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
    const prompt = `greet, as session ${name}`;
    return await runClaude(claude, home, { prompt, args: TOOLS, timeoutMs: 150_000 });
  });
  return await Promise.all(runs);
}

function retries(outcomes: readonly ClaudeOutcome[]): number {
  const events = outcomes.flatMap((outcome) => outcome.events);
  return events.filter(({ subtype }) => subtype === "api_retry").length;
}

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version}, several at once`, () => {
    it("S3-46, S3-62: sessions share a place at the upstream, and each completes without a retry", async () => {
      const { lab, seen } = await start("2m");
      await using _lab = lab;
      const outcomes = await runAll(claude, lab);
      for (const { result, exitCode, stderr } of outcomes) {
        assert.equal(result, "All done.", stderr);
        assert.equal(exitCode, 0);
      }
      assert.equal(retries(outcomes), 0);
      assert.equal(seen.most, 1);
      assert.equal(lab.upstream.ofKind("main").length, 2 * SESSIONS.length);
      const sessions = lab.upstream
        .ofKind("main")
        .map((request) => request.header("x-claude-code-session-id"));
      assert.equal(new Set(sessions).size, SESSIONS.length);
    });

    it("S3-46: pings in front of an answer are no answer: who waits for longer than ten seconds completes", async () => {
      const { lab, seen } = await start("2m", 12_000);
      await using _lab = lab;
      const outcomes = await runAll(claude, lab);
      for (const { result, exitCode, stderr } of outcomes) {
        assert.equal(result, "All done.", stderr);
        assert.equal(exitCode, 0);
      }
      assert.equal(retries(outcomes), 0);
      assert.equal(seen.most, 1);
      assert.equal(seen.count, 2 * SESSIONS.length);
      const began = lab.clientSide.exchanges().map(({ response }) => response?.body.toString());
      assert.ok(
        began.some((body) => body?.startsWith("event: ping")),
        "nobody was sent a ping",
      );
    });

    it("S3-46, S3-56: a wait in vain is a 429 after which the client comes again, and completes", async () => {
      const { lab, seen } = await start("100ms");
      await using _lab = lab;
      const outcomes = await runAll(claude, lab);
      for (const { result, exitCode, stderr } of outcomes) {
        assert.equal(result, "All done.", stderr);
        assert.equal(exitCode, 0);
      }
      assert.ok(retries(outcomes) > 0, "nobody had to come again");
      assert.equal(seen.most, 1);
      const page = await (await fetch(`${lab.gateway.url}/metrics`)).text();
      assert.match(
        page,
        /spillway_queue_refused_total\{provider="anthropic",reason="waited"\} [1-9]/,
      );
    });
  });
}
