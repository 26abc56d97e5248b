import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { failure, message, unifiedHeaders } from "../upstream/answer.ts";
import { text, toolUse } from "../upstream/messages.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { claudes, makeClaudeHome, runClaude, SUBSCRIPTION, startClaude } from "./claude.ts";
import { openLab } from "./lab.ts";
import {
  inAnHour,
  issueKey,
  LABEL,
  paidBy,
  STORED_KEY,
  sessionFull,
  storeKey,
  withHeaders,
} from "./stored-key.ts";
import {
  answersToTurns,
  assertGaveUp,
  field,
  logged,
  payersOfTurns,
  paymentsOfTurns,
  sentByClient,
  statusLine,
} from "./turns.ts";

const TOOLS = ["--allowedTools", "Bash,Write"];
const LIMITS = "anthropic-ratelimit-unified";
const NOTE =
  / \| overflow: key claude-code pays until [^|]+ \(moving the context ~\$\d+\.\d\d\)\n$/;
const NO_NOTE = /^5h=37% 7d=12% [^|]+\n$/;

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} when its subscription is full`, () => {
    it("finishes its task on the stored key, and its user notices nothing", async () => {
      await using lab = await openLab();
      await storeKey(lab.gateway, { overflow: true });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const file = join(home.work, "made.txt");
      lab.upstream.on(paidBy("session", "main"), sessionFull(inAnHour()));
      lab.upstream.queue(
        paidBy("session", "main"),
        message(
          { content: [toolUse("Write", { file_path: file, content: "one\n" }, "toolu_write")] },
          {},
          unifiedHeaders(),
        ),
      );
      lab.upstream.queue(
        paidBy("stored key", "main"),
        message({ content: [bash("echo two >> made.txt", "toolu_bash")] }, {}, [
          "anthropic-ratelimit-requests-remaining",
          "7",
        ]),
        message({ content: [text("The file is made.")] }),
      );
      const outcome = await runClaude(claude, home, { prompt: "make a file", args: TOOLS });

      assert.equal(outcome.result, "The file is made.", outcome.stderr);
      assert.equal(outcome.exitCode, 0);
      assert.equal(await readFile(file, "utf8"), "one\ntwo\n");
      const [, refused, spilled] = lab.upstream.ofKind("main");
      // Known to be full, the session is not asked a second time.
      assert.deepEqual(payersOfTurns(lab), ["session", "session", "stored key", "stored key"]);
      assert.ok(refused && spilled);
      assert.ok(refused.body.equals(spilled.body));
      assert.deepEqual(withoutCredentials(spilled), withoutCredentials(refused));

      const answers = answersToTurns(lab);
      assert.deepEqual(
        answers.map((answer) => answer.startLine),
        ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK"],
      );
      assert.deepEqual(
        answers.map((answer) => field(answer, "x-spillway-upstream-mode")),
        [["passthrough"], ["byok-overflow"], ["byok-overflow"]],
      );
      assert.deepEqual(field(answers[1], "anthropic-ratelimit-requests-remaining"), []);
      assert.deepEqual(field(answers[1], `${LIMITS}-5h-utilization`), ["1"]);
      assert.deepEqual(await paymentsOfTurns(lab), [
        { mode: "passthrough", book: "subscription", attempts: ["subscription 200"], costs: true },
        {
          mode: "byok-overflow",
          book: "overflow",
          attempts: ["subscription 429", "stored 200"],
          costs: true,
        },
        { mode: "byok-overflow", book: "overflow", attempts: ["stored 200"], costs: true },
      ]);
      const lines = await logged(lab, "session.overflowed");
      assert.equal(lines.length, 1);
      assert.equal(lines[0]?.["session"], refused.header("x-claude-code-session-id"));
      assert.equal(lines[0]?.["window"], "five_hour");
      assert.equal(lines[0]?.["label"], LABEL);
      assert.match(await statusLine(lab.gateway, NOTE), /^5h=100% 7d=12% /);
      for (const connection of lab.clientSide.connections) {
        assert.ok(!connection.down().includes(STORED_KEY), "the client was shown the stored key");
      }
    });

    it("asks its session every time where the gateway is not to remember, and returns to it", async () => {
      await using lab = await openLab({
        gateway: { config: "overflow:\n  memory: off\nlog:\n  format: pretty\n" },
      });
      await storeKey(lab.gateway);
      const key = await issueKey(lab.gateway, { name: "laptop" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: SUBSCRIPTION,
        env: withHeaders(`x-spillway-key: ${key.secret}`, "x-spillway-overflow: byok"),
      });
      const full = sessionFull(inAnHour());
      lab.upstream.queue(
        paidBy("session", "main"),
        full,
        full,
        message({ content: [text("Back.")] }, {}, unifiedHeaders()),
      );
      lab.upstream.queue(
        paidBy("stored key", "main"),
        message({ content: [bash("echo one >> made.txt", "toolu_1")] }),
        message({ content: [bash("echo two >> made.txt", "toolu_2")] }),
      );
      const outcome = await runClaude(claude, home, { prompt: "make a file", args: TOOLS });

      assert.equal(outcome.result, "Back.", outcome.stderr);
      assert.equal(await readFile(join(home.work, "made.txt"), "utf8"), "one\ntwo\n");
      assert.deepEqual(payersOfTurns(lab), [
        "session",
        "stored key",
        "session",
        "stored key",
        "session",
      ]);
      const modes = (await paymentsOfTurns(lab)).map(({ mode }) => mode);
      assert.deepEqual(modes, ["byok-overflow", "byok-overflow", "passthrough"]);
      // The note of who pays goes with the session's first answer.
      await statusLine(lab.gateway, NO_NOTE);
      const told = lab.gateway.stdout().match(/^.*full until .*"claude-code" pays.*$/gm) ?? [];
      assert.equal(told.length, 1, lab.gateway.stdout());
    });

    it("returns to its session when the limit has reset", async () => {
      await using lab = await openLab();
      await storeKey(lab.gateway, { overflow: true });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const resetsAt = Promise.withResolvers<number>();
      lab.upstream.on(
        paidBy("session", "main"),
        message({ content: [text("Back.")] }, {}, unifiedHeaders()),
      );
      lab.upstream.queue(paidBy("session", "main"), (request, serial) => {
        const seconds = Math.ceil(Date.now() / 1_000) + 3;
        resetsAt.resolve(seconds);
        return sessionFull(seconds)(request, serial);
      });
      lab.upstream.on(paidBy("stored key", "main"), async (request, serial) => {
        const wait = `until [ "$(date +%s)" -ge ${await resetsAt.promise} ]; do sleep 0.1; done`;
        return await message({ content: [bash(wait, "toolu_wait")] })(request, serial);
      });
      await using run = startClaude(claude, home, { prompt: "wait", args: TOOLS });
      await statusLine(lab.gateway, NOTE);
      const outcome = await run.outcome;

      assert.equal(outcome.result, "Back.", outcome.stderr);
      assert.deepEqual(payersOfTurns(lab), ["session", "stored key", "session"]);
      await statusLine(lab.gateway, NO_NOTE);
      assert.equal((await logged(lab, "session.overflowed")).length, 1);
    });

    for (const fault of ["is not there", "is refused"]) {
      it(`R16: is told of its own limit as ever when the stored key ${fault}`, async () => {
        await using lab = await openLab();
        if (fault === "is refused") await storeKey(lab.gateway, { overflow: true });
        await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
        lab.upstream.on(paidBy("session", "main"), sessionFull(inAnHour()));
        lab.upstream.on(paidBy("stored key", "main"), failure(401, "invalid x-api-key"));
        const outcome = await runClaude(claude, home, { prompt: "say hi" });

        assert.equal(outcome.exitCode, 1);
        assert.match(outcome.result, /^You've hit your (?:session|5-hour) limit · resets /);
        assertGaveUp(sentByClient(lab));
        const payers = fault === "is refused" ? ["session", "stored key"] : ["session"];
        assert.deepEqual(payersOfTurns(lab), payers);
        assert.deepEqual(await logged(lab, "session.overflowed"), []);
        assert.doesNotMatch(await statusLine(lab.gateway, /^5h=100% /), /overflow/);
      });
    }
  });
}

function bash(command: string, id: string) {
  return toolUse("Bash", { command, description: "work" }, id);
}

/** The fields of a request, in order, but for those that say who pays and those of its connection. */
function withoutCredentials({ rawHeaders }: RecordedRequest): readonly string[] {
  const left: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (!/^(?:authorization|x-api-key)$/i.test(name)) left.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  return left;
}
