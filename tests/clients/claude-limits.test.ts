import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../fault/rig.ts";
import { message, unifiedHeaders } from "../upstream/answer.ts";
import { text } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { type ClaudeHome, claudes, type Login, makeClaudeHome, SUBSCRIPTION } from "./claude.ts";
import { type Lab, openLab } from "./lab.ts";
import { openLoginService } from "./login-service.ts";
import {
  askOwner,
  type IssuedKey,
  inAnHour,
  issueKey,
  paidBy,
  revokeKey,
  sessionFull,
  storeKey,
  withHeaders,
} from "./stored-key.ts";
import { openTerminal, READY, terminalMissing } from "./terminal.ts";
import { assertGaveUp, payersOfTurns, sentByClient } from "./turns.ts";

const skip = await terminalMissing();
const WAYS = ["bearer", "subscription"] as const;
/** Each thing that the client tells its status line becomes a line of a file. */
const settings = {
  statusLine: { type: "command", command: `printf '%s\\n' "$(cat)" >> told.jsonl; echo LINE` },
};

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} in a terminal, and its limits`, { skip }, () => {
    it("goes on showing its subscription's windows while the stored key pays, and says that it is paid for", async () => {
      await using lab = await openLab();
      await storeKey(lab.gateway, { overflow: true });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: SUBSCRIPTION,
        settings,
      });
      const resetsAt = inAnHour();
      lab.upstream.on(paidBy("session", "main"), sessionFull(resetsAt));
      lab.upstream.queue(
        paidBy("session", "main"),
        message({ content: [text("From the session.")] }, {}, unifiedHeaders({ fiveHour: 0.91 })),
      );
      lab.upstream.on(
        paidBy("stored key", "main"),
        message({ content: [text("From the stored key.")] }),
      );
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await terminal.submit("good morning to you");
      await terminal.waitFor(/From the session\./);
      await toldFiveHours(home, (window) => window["used_percentage"] === 91);
      await terminal.submit("good evening to you");
      await terminal.waitFor(/From the stored key\./);

      const full = await toldFiveHours(home, (window) => window["used_percentage"] === 100);
      assert.equal(full["resets_at"], resetsAt);
      await terminal.waitFor(/now using usage credits/i);
      assert.deepEqual(payersOfTurns(lab), ["session", "session", "stored key"]);
      const told = await toldToStatusLine(home);
      const since = told.slice(told.findIndex((limits) => limits !== undefined));
      assert.ok(
        since.every((limits) => limits !== undefined),
        "the windows were forgotten",
      );
    });

    it("shows what is used of its key's budget where the stored key always pays", async () => {
      await using lab = await openLab();
      await storeKey(lab.gateway);
      const key = await issueKey(lab.gateway, { name: "laptop", budget: "50/month" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: SUBSCRIPTION,
        settings,
        env: withHeaders(`x-spillway-key: ${key.secret}`),
      });
      const usage = { output_tokens: 400_000 };
      lab.upstream.queue(
        "main",
        message({ content: [text("Much work.")], finalUsage: usage }),
        message({ content: [text("Little work.")] }),
      );
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await terminal.submit("good morning to you");
      await terminal.waitFor(/Much work\./);
      await settled(lab);
      const before = await usedOfBudget(lab, key);
      assert.ok(before.usedPercent > 10, "the first answer was dear");
      await terminal.submit("good evening to you");
      await terminal.waitFor(/Little work\./);

      const shown = await toldFiveHours(home, (window) => Number(window["used_percentage"]) > 10);
      await settled(lab);
      const after = await usedOfBudget(lab, key);
      const percent = Number(shown["used_percentage"]);
      // What this very request may cost at most is not used.
      assert.ok(
        percent >= before.usedPercent && percent <= after.usedPercent,
        `${percent} % shown, ${before.usedPercent} % to ${after.usedPercent} % used`,
      );
      assert.equal(Number(shown["resets_at"]) * 1_000, after.resetsAtMs);
      assert.deepEqual(payersOfTurns(lab), ["stored key", "stored key"]);
    });

    for (const way of WAYS) {
      it(`says at once which budget is used up, with a key as ${way}`, async () => {
        await using lab = await openLab();
        await storeKey(lab.gateway);
        const key = await issueKey(lab.gateway, { name: "tiny", budget: "0.001/month" });
        await using home = await makeClaudeHome({ claude, baseUrl: lab.url, ...bring(way, key) });
        await using terminal = await openTerminal(claude, home);
        await terminal.waitFor(READY);
        await terminal.submit("good morning to you");
        const screen = await terminal.waitFor(/\(budget_exceeded\)/);

        assert.match(
          screen.replaceAll(/\s+/g, " "),
          /The budget "tiny" of \$0\.0010 a month does not cover this request: .* anew on 1 \w+ \d{4}/,
        );
        assertGaveUp(sentByClient(lab));
        assert.deepEqual(payersOfTurns(lab), []);
      });

      it(`stops between two prompts when its key is revoked, and says why, with a key as ${way}`, async () => {
        await using lab = await openLab({ text: "Hello, member." });
        await storeKey(lab.gateway);
        const key = await issueKey(lab.gateway, { name: "laptop" });
        await using logins = await openLoginService();
        const { login, env } = bring(way, key);
        await using home = await makeClaudeHome({
          claude,
          baseUrl: lab.url,
          login,
          env: { ...env, ...logins.env },
        });
        await using terminal = await openTerminal(claude, home);
        await terminal.waitFor(READY);
        await terminal.submit("good morning to you");
        await terminal.waitFor(/Hello, member\./);
        await settled(lab);
        await revokeKey(lab.gateway, key);
        const received = lab.upstream.requests.length;
        await terminal.submit("good evening to you");
        const screen = await terminal.waitFor(/\(key_revoked\)/);

        assert.match(screen.replaceAll(/\s+/g, " "), /Spillway: This Spillway key was revoked\./);
        assertGaveUp(
          sentByClient(lab).filter(({ response }) =>
            response?.startLine.startsWith("HTTP/1.1 401"),
          ),
        );
        assert.equal(lab.upstream.requests.length, received);
        assert.equal(logins.renewals(), 0);
      });
    }
  });
}

/** As the only credential, or beside a subscription. */
function bring(way: (typeof WAYS)[number], { secret }: IssuedKey) {
  const login: Login = way === "bearer" ? { kind: way, value: secret } : SUBSCRIPTION;
  return { login, env: way === "bearer" ? {} : withHeaders(`x-spillway-key: ${secret}`) };
}

/** The `rate_limits` of each thing that the status line was told, in order. */
async function toldToStatusLine(home: ClaudeHome): Promise<readonly unknown[]> {
  const file = await readFile(join(home.work, "told.jsonl"), "utf8").catch(() => "");
  return file
    .split("\n")
    .slice(0, -1)
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))
    .map((told) => (isObject(told) ? (told["rate_limits"] ?? undefined) : undefined));
}

/** The newest five-hour window that the status line was told, once it is as expected. */
async function toldFiveHours(
  home: ClaudeHome,
  isExpected: (window: Readonly<Record<string, unknown>>) => boolean,
): Promise<Readonly<Record<string, unknown>>> {
  return await eventually(
    async () => {
      const limits = (await toldToStatusLine(home)).at(-1);
      const window = isObject(limits) ? limits["five_hour"] : undefined;
      return isObject(window) && isExpected(window) ? window : undefined;
    },
    "the five-hour window in the status line",
    15_000,
  );
}

/** Waits until every request so far is over and paid for. */
async function settled(lab: Lab): Promise<void> {
  await lab.records((all) => all.every((record) => record.finish !== undefined));
}

async function usedOfBudget(lab: Lab, { id }: IssuedKey) {
  const key = await askOwner(lab.gateway, "GET", `/me/keys/${id}`);
  const [budget] = Array.isArray(key["budgets"]) ? key["budgets"] : [];
  assert.ok(isObject(budget), JSON.stringify(key));
  return {
    usedPercent: Number(budget["used_percent"]),
    resetsAtMs: Date.parse(String(budget["resets_at"])),
  };
}
