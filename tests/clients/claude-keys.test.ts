import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../fault/rig.ts";
import { message, unifiedHeaders } from "../upstream/answer.ts";
import { text, toolUse } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  type Claude,
  type ClaudeHome,
  claudes,
  type Login,
  makeClaudeHome,
  runClaude,
  SUBSCRIPTION,
  startClaude,
} from "./claude.ts";
import { type Lab, openLab } from "./lab.ts";
import {
  type IssuedKey,
  inAnHour,
  issueKey,
  paidBy,
  payerOf,
  revokeKey,
  sessionFull,
  storeKey,
} from "./stored-key.ts";
import { answersToTurns, field, payersOfTurns, paymentsOfTurns } from "./turns.ts";

const WAYS = ["api_key", "bearer", "helper"] as const;
const DISCOVERS = { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1" };

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} with a Spillway key`, () => {
    for (const kind of WAYS) {
      it(`as its ${kind} works on the stored key, and finds the provider's models`, async () => {
        const found = { id: "claude-router-special", displayName: "Special from upstream" };
        await using lab = await openLab({ text: "Hello, member.", models: [found] });
        await storeKey(lab.gateway);
        const key = await issueKey(lab.gateway, { name: "laptop" });
        const login: Login = { kind, value: key.secret };
        await using home = await makeClaudeHome({
          claude,
          baseUrl: lab.url,
          login,
          env: DISCOVERS,
        });
        const outcome = await runClaude(claude, home, { prompt: "say hi" });

        assert.equal(outcome.result, "Hello, member.", outcome.stderr);
        assert.deepEqual(payersOfTurns(lab), ["stored key"]);
        const [answer] = answersToTurns(lab);
        assert.deepEqual(field(answer, "x-spillway-upstream-mode"), ["byok"]);
        // A client without a session shows no limits.
        assert.ok(!answer?.rawHeaders.join("\n").includes("anthropic-ratelimit"));
        assert.deepEqual(await paymentsOfTurns(lab), [
          { mode: "byok", book: "api", attempts: ["stored 200"], costs: true },
        ]);
        assertStaysHere(lab, key.secret);
        // The older client does not look for models with a helper.
        if (kind === "helper" && !claude.isRecent) return;
        const lists = lab.upstream.requests.filter(({ target }) => target.endsWith("?limit=1000"));
        assert.deepEqual(lists.map(payerOf), ["stored key"]);
        const cache = join(home.configDir, "cache/gateway-models.json");
        assert.match(await readFile(cache, "utf8"), /claude-router-special/);
      });
    }

    it("beside its subscription needs only the settings of the recipe, and spills when it is full", async () => {
      await using lab = await openLab();
      await storeKey(lab.gateway);
      const key = await issueKey(lab.gateway, { name: "laptop" });
      await using home = await homeOfTheRecipe(claude, lab, key);
      const file = join(home.work, "made.txt");
      lab.upstream.queue(
        paidBy("session", "main"),
        message(
          { content: [toolUse("Write", { file_path: file, content: "one\n" }, "toolu_write")] },
          {},
          unifiedHeaders(),
        ),
        sessionFull(inAnHour()),
      );
      lab.upstream.on(paidBy("stored key", "main"), message({ content: [text("It is made.")] }));
      const outcome = await runClaude(claude, home, {
        prompt: "make a file",
        args: ["--model", "opus", "--allowedTools", "Write"],
      });

      assert.equal(outcome.result, "It is made.", outcome.stderr);
      assert.equal(await readFile(file, "utf8"), "one\n");
      assert.deepEqual(payersOfTurns(lab), ["session", "session", "stored key"]);
      const answers = answersToTurns(lab);
      assert.deepEqual(
        answers.map((answer) => field(answer, "x-br-provider")),
        [["anthropic"], ["anthropic"]],
      );
      assert.deepEqual(
        answers.map((answer) => field(answer, "x-br-upstream-mode")),
        [["passthrough"], ["byok-overflow"]],
      );
      assertStaysHere(lab, key.secret);
    });

    it("asks for the models that the recipe names", async () => {
      await using lab = await openLab();
      const key = await issueKey(lab.gateway, { name: "laptop" });
      await using home = await homeOfTheRecipe(claude, lab, key);
      for (const alias of ["opus", "sonnet", "haiku"]) {
        const args = ["--model", alias];
        const outcome = await runClaude(claude, home, { prompt: "say hi", args });
        assert.equal(outcome.exitCode, 0, outcome.result);
      }
      const bodies = lab.upstream.ofKind("main").map((turn) => turn.json());
      assert.deepEqual(
        bodies.map((body) => isObject(body) && body["model"]),
        ["claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5"],
      );
    });

    it("revoked while a tool runs is stopped at the next request, and says why", async () => {
      await using lab = await openLab();
      await storeKey(lab.gateway);
      const key = await issueKey(lab.gateway, { name: "laptop" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: { kind: "bearer", value: key.secret },
      });
      const command = "touch begun; until [ -e go-on ]; do sleep 0.1; done";
      lab.upstream.on(
        "main",
        message({ content: [toolUse("Bash", { command, description: "wait" }, "toolu_wait")] }),
      );
      await using run = startClaude(claude, home, {
        prompt: "wait",
        args: ["--allowedTools", "Bash"],
      });
      await eventually(
        () => existsSync(join(home.work, "begun")) || undefined,
        "the tool at work",
        20_000,
      );
      await revokeKey(lab.gateway, key);
      await writeFile(join(home.work, "go-on"), "");
      const outcome = await run.outcome;

      assert.equal(outcome.exitCode, 1);
      assert.match(outcome.result, /Spillway: This Spillway key was revoked.* \(key_revoked\)$/);
      assert.deepEqual(payersOfTurns(lab), ["stored key"]);
    });
  });
}

/** A subscription whose only other settings are those of the recipe, with this gateway's address and key (req:S0-07). */
async function homeOfTheRecipe(
  claude: Claude,
  { url }: Lab,
  { secret }: IssuedKey,
): Promise<ClaudeHome> {
  const settings = {
    env: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_CUSTOM_HEADERS: `x-br-api-key: ${secret}\nx-br-overflow: byok`,
      ANTHROPIC_DEFAULT_OPUS_MODEL: "claude-opus-4-8",
      ANTHROPIC_DEFAULT_SONNET_MODEL: "claude-sonnet-4-6",
      ANTHROPIC_DEFAULT_HAIKU_MODEL: "claude-haiku-4-5",
    },
  };
  const home = await makeClaudeHome({ claude, baseUrl: url, login: SUBSCRIPTION, settings });
  const env = Object.entries(home.env).filter(([name]) => !name.startsWith("ANTHROPIC_"));
  return { ...home, env: Object.fromEntries(env) };
}

/** Neither the key nor anything else that is Spillway's own left for the upstream. */
function assertStaysHere(lab: Lab, secret: string): void {
  for (const connection of lab.upstreamSide.connections) {
    assert.ok(!connection.up().includes(secret), "the key went upstream");
  }
  for (const { rawHeaders } of lab.upstream.requests) {
    const names = rawHeaders.filter((_, at) => at % 2 === 0);
    assert.deepEqual(
      names.filter((name) => /^x-(?:br|spillway)-/i.test(name)),
      [],
    );
  }
}
