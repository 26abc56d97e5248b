import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runProgram } from "../integration/program.ts";
import { unifiedHeaders } from "../upstream/answer.ts";
import { type ClaudeHome, claudes, makeClaudeHome, SUBSCRIPTION } from "./claude.ts";
import { openLab } from "./lab.ts";
import { openTerminal, READY, type Terminal, terminalMissing } from "./terminal.ts";

const skip = await terminalMissing();

async function setUp(home: ClaudeHome, place: readonly string[], usageFile: string): Promise<void> {
  const env = { CLAUDE_CONFIG_DIR: home.configDir, CLAUDE_USAGE_FILE: usageFile };
  for (const what of ["statusline", "quota-rules"]) {
    const { code, err } = await runProgram(["setup", what, ...place], { home: home.home, env });
    assert.equal(code, 0, err);
  }
}

/** The limits, and a cost that only the server knows. */
const LINE =
  /5h 37% (?:\(resets in )?\w+\)? · 7d 12% (?:\(resets in )?\w+\)? · (?:session )?~\$[\d.]+\+? (?:list price, in the )?plan/;
const TURNS = ["good morning to you", "good day to you", "good afternoon to you"];

/** Where the machine is busy, a line is drawn without the server's answer; the one behind the next turn makes up for it. */
async function lineAfterTurns(terminal: Terminal): Promise<string> {
  for (const turn of TURNS) {
    await terminal.submit(turn);
    const screen = await terminal.waitFor(LINE, 10_000).catch(() => undefined);
    if (screen !== undefined) return screen;
  }
  return await terminal.waitFor(LINE);
}

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} with the quota set up`, { skip }, () => {
    it("S1-143…S1-148: shows Spillway's status line, and its model gets the rules and the status file", async () => {
      await using lab = await openLab({
        text: "Hello, subscriber.",
        headers: unifiedHeaders({ fiveHour: 0.37, sevenDay: 0.12 }),
      });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      await setUp(home, ["--data-dir", lab.gateway.dataDir], lab.gateway.usageFile);
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await lineAfterTurns(terminal);
      await terminal.waitFor(/Hello, subscriber\./);
      await terminal.submit("good evening to you");
      const second = await lab.upstream.waitForRequest((request) =>
        request.body.includes("good evening to you"),
      );
      const body = second.body.toString();
      assert.match(body, /5h=37% 7d=12% overage=\S+ bottleneck=/);
      assert.match(body, /## Quota awareness/);
      assert.match(body, /`7d` above 95%/);
      assert.doesNotMatch(body, /spillway quota rules: begin/, "the marks cost no tokens");
    });
  });
}
