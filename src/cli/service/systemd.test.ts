import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { AWKWARD, settingsIn } from "./settings.fixture.ts";
import { systemdUnit } from "./systemd.ts";

function linesOf(unit: string): readonly string[] {
  return unit.split("\n");
}

describe("systemdUnit", () => {
  it("restarts always, logs to own files and starts with the login (S1-140)", () => {
    const lines = linesOf(systemdUnit(settingsIn("/opt/spillway")));
    for (const line of [
      "[Unit]",
      "Description=Spillway, the gateway that coding agents talk to",
      "[Service]",
      'ExecStart="/opt/spillway/bin/node" "/opt/spillway/src/main.ts" "serve" "--log-dir" "/opt/spillway/logs"',
      'Environment="CLAUDE_USAGE_FILE=/people/me/.claude/usage-status.md"',
      'Environment="CLAUDE_CONFIG_DIRS=~/.claude,~/.claude2"',
      "Restart=always",
      "StandardOutput=append:/opt/spillway/logs/spillway.log",
      "StandardError=append:/opt/spillway/logs/spillway-error.log",
      "[Install]",
      "WantedBy=default.target",
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });

  it("seeds the models after each start, and does not mind when that fails, nor fills the log with it (S1-077)", () => {
    const lines = linesOf(systemdUnit(settingsIn("/opt/spillway")));
    assert.ok(
      lines.includes(
        'ExecStartPost=-"/opt/spillway/bin/node" "/opt/spillway/src/main.ts" "seed-models" "--quiet"',
      ),
    );
  });

  it("waits between starts, and gives up in the end", () => {
    const unit = systemdUnit(settingsIn("/opt/spillway"));
    const numberOf = (name: string): number =>
      Number(new RegExp(`^${name}=([0-9]+)$`, "m").exec(unit)?.[1]);
    assert.ok(numberOf("RestartSec") >= 5);
    assert.match(unit, /^StartLimitIntervalSec=1h$/m);
    assert.ok(numberOf("StartLimitBurst") * numberOf("RestartSec") < 3_600);
  });

  it("refers to secrets by their file alone", () => {
    const unit = systemdUnit(settingsIn("/opt/spillway", { secretsFile: "/me/service.env" }));
    const words = '"--env-file=/me/service.env" "/opt/spillway/src/main.ts"';
    assert.ok(unit.includes(`ExecStart="/opt/spillway/bin/node" ${words} "serve"`));
    assert.ok(
      unit.includes(`ExecStartPost=-"/opt/spillway/bin/node" ${words} "seed-models" "--quiet"`),
    );
  });

  const verify = spawnSync("systemd-analyze", ["--version"]);
  const skip = verify.error === undefined ? false : "there is no systemd-analyze here";
  it("is what systemd-analyze takes for sound, with awkward paths too (S1-140)", { skip }, (t) => {
    const scratch = mkdtempSync(join(tmpdir(), "spillway-unit-"));
    t.after(() => rmSync(scratch, { recursive: true, force: true }));
    for (const name of ["plain", AWKWARD]) {
      const folder = join(scratch, name);
      mkdirSync(join(folder, "bin"), { recursive: true });
      writeFileSync(join(folder, "bin/node"), "#!/bin/sh\n");
      chmodSync(join(folder, "bin/node"), 0o755);
      const variables = new Map([["CLAUDE_USAGE_FILE", join(folder, "usage status.md")]]);
      const unit = join(scratch, "spillway.service");
      writeFileSync(unit, systemdUnit(settingsIn(folder, { plain: variables })));
      const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--user", unit], {
        encoding: "utf8",
        env: { PATH: process.env["PATH"], HOME: scratch, XDG_RUNTIME_DIR: scratch },
      });
      const ours = stderr.split("\n").filter((line) => line.includes("spillway"));
      assert.deepEqual([status, ours], [0, []]);
    }
  });
});
