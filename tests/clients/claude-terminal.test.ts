import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { message, unifiedHeaders } from "../upstream/answer.ts";
import { safeguardResults, text, toolUse } from "../upstream/messages.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject, requestKind } from "../upstream/request-kind.ts";
import { BEARER, claudes, makeClaudeHome, SUBSCRIPTION } from "./claude.ts";
import { openLab } from "./lab.ts";
import { openTerminal, READY, terminalMissing } from "./terminal.ts";

const skip = await terminalMissing();
/** Not on the list of commands that run without being checked. */
const COMMAND = "touch made-by-the-test.txt && uname -s | head -1";

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} in a terminal`, { skip }, () => {
    it("shows a subscription's windows in the status line", async () => {
      await using lab = await openLab({
        text: "Hello, subscriber.",
        headers: unifiedHeaders({ fiveHour: 0.37, sevenDay: 0.12 }),
      });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: SUBSCRIPTION,
        settings: { statusLine: { type: "command", command: "cat >> all.jsonl; echo LINE" } },
      });
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await terminal.submit("good morning to you");
      await terminal.waitFor(/Hello, subscriber\./);

      const seen = await readWhen(join(home.work, "all.jsonl"), /"used_percentage":37/);
      assert.match(seen, /"five_hour":\{"used_percentage":37,"resets_at":\d+\}/);
      assert.match(seen, /"seven_day":\{"used_percentage":12,"resets_at":\d+\}/);
      const [probe] = lab.upstream.ofKind("quota");
      assert.ok(probe, "the start's quota probe goes through");
      assert.ok(lab.assertBytesUnchanged() >= 2);
    });

    it("switches the model, to one that the gateway listed as well", async () => {
      const listed = { id: "claude-router-special", displayName: "Special from upstream" };
      await using lab = await openLab({ models: [listed], text: "Hello from the model." });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: BEARER,
        env: { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1" },
      });
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await lab.upstream.waitForRequest("models");
      await terminal.submit("good morning to you");
      await terminal.waitFor(/Hello from the model\./);

      await terminal.submit("/model");
      const picker = await terminal.waitFor(/Special from upstream\s+From gateway/);
      const row = /(\d+)\. Special from upstream/.exec(picker)?.[1] ?? "";
      // Some versions take the number as the choice, some want Enter, some ask once more.
      await terminal.pressUntil(row, /❯ \d\. Special|Set model to Special|Switch model/);
      await terminal.pressUntil("Enter", /Set model to Special from upstream/);
      await terminal.submit("good evening to you");
      const switched = await lab.upstream.waitForRequest(
        (request) =>
          requestKind(request) === "main" && request.body.includes("good evening to you"),
      );
      assert.equal(field(switched, "model"), listed.id);
      assert.ok(lab.assertBytesUnchanged() >= 3);
    });

    it("has its tools checked by the server: the question goes up and the verdict comes back unchanged", {
      skip: claude.isRecent ? false : "this version asks its user instead",
    }, async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: BEARER });
      lab.upstream.queue(
        "main",
        message({
          content: [toolUse("Bash", { command: COMMAND, description: "make" }, "toolu_safe")],
          extra: safeguardResults({ toolu_safe: "not_flagged" }),
        }),
        message({
          content: [toolUse("Bash", { command: `${COMMAND} # 2`, description: "no" }, "toolu_bad")],
          extra: safeguardResults({ toolu_bad: "flagged" }, "The test forbids it."),
        }),
        message({ content: [text("Both were checked.")] }),
      );
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await terminal.submit("please make the file");
      const screen = await terminal.waitFor(/Both were checked\./);

      const [first, second, third] = lab.upstream.ofKind("main");
      assert.match(JSON.stringify(field(first, "safeguards")), /"dangerous_tool_use"/);
      assert.match(first?.header("anthropic-beta") ?? "", /\bdangerous-tool-use-2026-09-03\b/);
      assert.ok(second);
      assert.ok(existsSync(join(home.work, "made-by-the-test.txt")), "the safe tool ran");
      assert.match(third?.body.toString() ?? "", /The test forbids it\./);
      assert.equal(lab.upstream.ofKind("classifier").length, 0, "no check of the client's own");
      // The client names the gateway's host where it did not get a verdict.
      assert.doesNotMatch(screen, /127\.0\.0\.1/);
      assert.ok(lab.assertBytesUnchanged() >= 3);
    });
  });
}

function field(request: RecordedRequest | undefined, name: string): unknown {
  const body = request?.json();
  return isObject(body) ? body[name] : undefined;
}

async function readWhen(file: string, pattern: RegExp, timeoutMs = 60_000): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const content = await readFile(file, "utf8").catch(() => "");
    if (pattern.test(content)) return content;
    if (Date.now() > deadline) throw new Error(`${pattern} did not appear in:\n${content}`);
    await sleep(50);
  }
}
