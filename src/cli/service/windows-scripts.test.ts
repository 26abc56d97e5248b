import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { MAX_LOG_BYTES } from "../../observe/log-file.ts";
import { settingsIn } from "./settings.fixture.ts";
import { installScript, runScript, uninstallScript } from "./windows-scripts.ts";

const FOLDER = String.raw`C:\Users\Zoë O'Hara\Spill way`;
const SETTINGS = settingsIn(FOLDER, {
  node: String.raw`C:\Program Files\nodejs\node.exe`,
  main: `${FOLDER}\\main.ts`,
  logDir: `${FOLDER}\\logs`,
  errorLog: `${FOLDER}\\logs\\spillway-error.log`,
  secretsFile: `${FOLDER}\\service.env`,
  plain: new Map([["CLAUDE_USAGE_FILE", String.raw`C:\Users\Zoë O'Hara\.claude\usage-status.md`]]),
});
const RUN = String.raw`C:\Users\Zoë O'Hara\Spill way\run-spillway.ps1`;
const SCRIPTS = {
  run: runScript(SETTINGS),
  install: installScript(SETTINGS, RUN),
  uninstall: uninstallScript(SETTINGS),
};

/** The texts between single quotes, as PowerShell reads them. */
function literals(script: string): readonly string[] {
  return [...script.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = ""]) =>
    text.replaceAll("''", "'"),
  );
}

describe("the scripts for Windows", () => {
  it("register a task of the user's at the login, start it and set the base URL (S1-133)", () => {
    const { install } = SCRIPTS;
    const steps = [
      "New-ScheduledTaskAction -Execute 'powershell.exe'",
      "New-ScheduledTaskTrigger -AtLogOn -User $user",
      "New-ScheduledTaskPrincipal -UserId $user -LogonType Interactive -RunLevel Limited",
      "-ExecutionTimeLimit ([TimeSpan]::Zero)",
      "Register-ScheduledTask -TaskName $name",
      "Start-ScheduledTask -TaskName $name",
      "[Environment]::SetEnvironmentVariable($variable, $url, 'User')",
    ];
    const places = steps.map((step) => install.indexOf(step));
    assert.ok(
      places.every((place) => place > 0),
      String(places),
    );
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    );
    assert.ok(literals(install).some((text) => text.endsWith(`-File "${RUN}"`)));
    assert.ok(literals(install).includes("http://127.0.0.1:4080"));
  });

  it("carry paths with spaces, quotation marks and letters beyond ASCII", () => {
    const args = `--env-file=${FOLDER}\\service.env`;
    const line = `"${args}" "${FOLDER}\\main.ts" serve --log-dir "${FOLDER}\\logs"`;
    const found = literals(SCRIPTS.run);
    assert.ok(found.includes(String.raw`C:\Program Files\nodejs\node.exe`));
    assert.ok(found.includes(line));
    for (const script of Object.values(SCRIPTS)) assert.ok(script.startsWith("\uFEFF"));
  });

  it("bake in where the usage file is (S1-134)", () => {
    assert.ok(
      SCRIPTS.run.includes(
        String.raw`[Environment]::SetEnvironmentVariable('CLAUDE_USAGE_FILE', 'C:\Users\Zoë O''Hara\.claude\usage-status.md')`,
      ),
    );
  });

  it("run Spillway again whenever it ends, not at once, each with an error file of its own (S1-135)", () => {
    assert.equal(MAX_LOG_BYTES, 1_048_576);
    assert.match(
      SCRIPTS.run,
      /while \(\$true\) \{[^}]*Move-Item[^}]*\}\s+Start-Process [^\n]*-Wait -RedirectStandardError \$errors\s+Start-Sleep -Seconds 5\s+\}/,
    );
  });

  it("uninstall the task of the same name, and no base URL but ours (S1-137, X-R12)", () => {
    const nameIn = (script: string) => /^\$name = '(.*)'/m.exec(script)?.[1];
    assert.equal(nameIn(SCRIPTS.uninstall), nameIn(SCRIPTS.install));
    assert.ok(SCRIPTS.uninstall.includes("Unregister-ScheduledTask -TaskName $name"));
    assert.ok(
      SCRIPTS.uninstall.includes(
        "if ($current -eq $url) { [Environment]::SetEnvironmentVariable($variable, $null, 'User') }",
      ),
    );
    assert.match(SCRIPTS.install, /if \(-not \$current\) \{ \[Environment\]::Set/);
  });

  it("end what a run started before they replace or remove it (X-R12)", () => {
    for (const script of [SCRIPTS.install, SCRIPTS.uninstall]) {
      const end = script.indexOf("Stop-Process -Id $_.ProcessId");
      assert.ok(end > 0 && end < script.search(/\b(?:Register|Unregister)-ScheduledTask/));
      assert.ok(literals(script).includes(`--log-dir "${FOLDER}\\logs"`));
    }
    assert.ok(SCRIPTS.run.includes(`--log-dir "${FOLDER.replaceAll("'", "''")}\\logs"`));
  });

  it("fetch nothing", () => {
    for (const script of Object.values(SCRIPTS)) {
      assert.doesNotMatch(
        script,
        /Invoke-WebRequest|Invoke-RestMethod|WebClient|Start-BitsTransfer|https:/i,
      );
    }
  });

  const pwsh = spawnSync("pwsh", ["-Version"]);
  const skip = pwsh.error === undefined ? false : "there is no PowerShell (pwsh) here";
  it("parse in PowerShell", { skip }, () => {
    for (const script of Object.values(SCRIPTS)) {
      const { status, stdout } = spawnSync(
        "pwsh",
        [
          "-NoProfile",
          "-Command",
          "$e = $null; [void][Management.Automation.Language.Parser]::ParseInput([Console]::In.ReadToEnd(), [ref]$null, [ref]$e); $e; exit $e.Count",
        ],
        { input: script.slice(1), encoding: "utf8" },
      );
      assert.equal(status, 0, stdout);
    }
  });
});
