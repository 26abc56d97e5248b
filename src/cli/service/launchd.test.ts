import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "plist";
import { launchdPlist } from "./launchd.ts";
import { AWKWARD, settingsIn } from "./settings.fixture.ts";

describe("launchdPlist", () => {
  for (const folder of ["/opt/spillway", `/Users/me/${AWKWARD}`]) {
    it(`parses as a property list that keeps Spillway running from ${folder} (S1-138)`, () => {
      const secretsFile = `${folder}/service.env`;
      const plain = new Map([["CLAUDE_USAGE_FILE", `${folder}/usage-status.md`]]);
      const parsed = parse(launchdPlist(settingsIn(folder, { plain, secretsFile })));
      assert.deepEqual(parsed, {
        Label: "com.spillway.gateway",
        ProgramArguments: [
          `${folder}/bin/node`,
          `--env-file=${secretsFile}`,
          `${folder}/src/main.ts`,
          "serve",
          "--log-dir",
          `${folder}/logs`,
        ],
        EnvironmentVariables: { CLAUDE_USAGE_FILE: `${folder}/usage-status.md` },
        RunAtLoad: true,
        KeepAlive: true,
        ThrottleInterval: 10,
        ExitTimeOut: 90,
        Umask: 0o077,
        StandardOutPath: `${folder}/logs/spillway.log`,
        StandardErrorPath: `${folder}/logs/spillway-error.log`,
      });
    });
  }
});
