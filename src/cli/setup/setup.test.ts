import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Run, runOn } from "../testing.ts";

let home = "";
let claude = "";

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "spillway setup-"));
  claude = join(home, ".claude");
  await mkdir(claude);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const setup = async (
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> => await runOn({ homeDir: home, env }, "setup", ...argv);

const read = async (name: string): Promise<string> => await readFile(join(claude, name), "utf8");
const write = async (name: string, text: string): Promise<void> =>
  await writeFile(join(claude, name), text);

async function done(...argv: readonly string[]): Promise<string> {
  const { code, out, err } = await setup(argv);
  assert.equal(code, 0, err);
  return out;
}

const LAYOUTS: Readonly<Record<string, string>> = {
  "two spaces": `{\n  "model": "opus",\n  "limit": 1.0\n}\n`,
  "tabs and other hooks": `{\n\t"hooks": {\n\t\t"Stop": [],\n\t\t"UserPromptSubmit": [\n\t\t\t{ "hooks": [{ "type": "command", "command": "date # ], }" }] }\n\t\t]\n\t},\n\t"a": [1, 2]\n}`,
  "CRLF and a byte order mark": `\ufeff{\r\n    "hooks": {},\r\n    "model": "opus"\r\n}\r\n`,
  "one line": `{"hooks":{"UserPromptSubmit":[{"matcher":"","hooks":[]}]},"model":"opus"}`,
  "an empty list": `{\n  "hooks": {\n    "UserPromptSubmit": []\n  }\n}\n`,
  nothing: "",
};

describe("spillway setup statusline", () => {
  for (const [name, text] of Object.entries(LAYOUTS)) {
    it(`adds one member to a file with ${name}, and takes exactly that out`, async () => {
      await write("settings.json", text);
      const out = await done("statusline");
      assert.match(out, /backup: ~\/\.claude\/settings\.json\.spillway-backup-1/);
      const written = await read("settings.json");
      const { statusLine, ...rest } = JSON.parse(written.replace(/^\ufeff/, ""));
      assert.equal(statusLine.type, "command");
      assert.match(
        statusLine.command,
        /statusline\/start\.mjs.* --data-dir '.*spillway setup-.*'$/,
      );
      assert.deepEqual(rest, JSON.parse(text.replace(/^\ufeff/, "") || "{}"));
      if (text.includes("\r\n")) assert.doesNotMatch(written, /[^\r]\n/);
      assert.match(await done("statusline"), /already/);
      assert.equal(await read("settings.json"), written, "a second time it changes nothing");
      await done("statusline", "--undo");
      assert.equal(await read("settings.json"), text);
      assert.deepEqual(await readdir(claude), ["settings.json"]);
    });
  }

  it("writes a command that runs and prints a line", async () => {
    await done("statusline");
    const { statusLine } = JSON.parse(await read("settings.json"));
    const line = execFileSync("sh", ["-c", statusLine.command], {
      input: '{"model":{"display_name":"Opus 5.5"}}',
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });
    assert.equal(line, "Opus 5.5 · Spillway is not running\n");
  });

  it("refuses to replace somebody else's, and brings it back where it was forced", async () => {
    const own = `{\n  "statusLine": {"type": "command", "command": "~/mine.sh"}\n}\n`;
    await write("settings.json", own);
    const refused = await setup(["statusline"]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /another status line already\. Replace it with --force/);
    assert.equal(await read("settings.json"), own);
    await done("statusline", "--undo");
    assert.equal(await read("settings.json"), own);
    await done("statusline", "--force");
    await done("statusline", "--undo");
    assert.equal(await read("settings.json"), own);
    await done("statusline", "--force");
    const changed = (await read("settings.json")).replace("{", '{\n  "model": "opus",');
    await write("settings.json", changed);
    await done("statusline", "--undo");
    const { model, statusLine } = JSON.parse(await read("settings.json"));
    assert.deepEqual([model, statusLine.command], ["opus", "~/mine.sh"]);
  });

  it("leaves a broken file alone and says where it is broken", async () => {
    await write("settings.json", '{\n  "model": "opus",\n}');
    for (const more of [[], ["--undo"], ["--force"]]) {
      const { code, err } = await setup(["statusline", ...more]);
      assert.equal(code, 1);
      assert.match(err, /settings\.json: a comma with nothing after it in line 2, column 18\. The/);
    }
    assert.deepEqual(await readdir(claude), ["settings.json"]);
  });

  it("removes a file that it made, and prints without writing", async () => {
    const printed = await done("statusline", "--print");
    assert.deepEqual(await readdir(claude), []);
    await done("statusline");
    assert.deepEqual(JSON.parse(await read("settings.json")), JSON.parse(printed));
    assert.match(await done("statusline", "--undo"), /was made for this and is removed/);
    assert.deepEqual(await readdir(claude), []);
  });
});

const MEMORY = "# Mine\n\nBe kind.\n";

describe("spillway setup quota-rules", () => {
  const LEVELS = {
    report: /At the start of a session, read .*tell the user/,
    warn: /about 10 tool calls[^]*above 80%[^]*confirmation[^]*above 95%/,
    adjust: /below 70%[^]*from 70% to 90%[^]*above 90%[^]*`!`/,
    stop: /above 98%/,
  };
  const IDS = { report: "S1-143", warn: "S1-144", adjust: "S1-145", stop: "S1-146" };

  for (const [level, rule] of Object.entries(LEVELS)) {
    const id = Object.entries(IDS).find(([name]) => name === level)?.[1];
    it(`${id}: appends the rule "${level}" under its heading once, and takes it out`, async () => {
      await write("CLAUDE.md", MEMORY);
      await done("quota-rules", "--level", level);
      const text = await read("CLAUDE.md");
      assert.ok(text.startsWith(`${MEMORY}\n<!--`));
      assert.equal(text.split("## Quota awareness").length, 2);
      assert.match(text, rule);
      assert.match(text, /`~\/\.claude\/usage-status\.md`/);
      for (const [other, pattern] of Object.entries(LEVELS)) {
        if (other !== level) assert.doesNotMatch(text, pattern);
      }
      await done("quota-rules", "--level", level);
      assert.equal(await read("CLAUDE.md"), text, "a second time it changes nothing");
      await done("quota-rules", "--undo");
      assert.equal(await read("CLAUDE.md"), MEMORY);
      assert.deepEqual(await readdir(claude), ["CLAUDE.md"]);
    });
  }

  it("S1-143…S1-146: writes all four from light to strict, and changes the level in place", async () => {
    await write("CLAUDE.md", MEMORY);
    await done("quota-rules");
    const all = await read("CLAUDE.md");
    const places = Object.values(LEVELS).map((rule) => all.search(rule));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok(places.every((place) => place > 0));
    await write("CLAUDE.md", `${all}\n## Behind\n`);
    await done("quota-rules", "--level", "stop");
    const changed = await read("CLAUDE.md");
    assert.equal(changed.split("## Quota awareness").length, 2);
    assert.doesNotMatch(changed, LEVELS.report);
    await done("quota-rules", "--undo");
    assert.equal(await read("CLAUDE.md"), `${MEMORY}\n## Behind\n`);
  });

  for (const [name, text] of Object.entries({
    "no line break at its end": "x",
    "CRLF line ends": "# A\r\n\r\nb\r\n",
    "an empty line at its end": "x\n\n",
    nothing: "",
  })) {
    it(`gives back a CLAUDE.md with ${name} to the byte, also without the copy`, async () => {
      for (const withCopy of [true, false]) {
        await write("CLAUDE.md", text);
        await done("quota-rules", "--level", "report");
        const copy = join(claude, "CLAUDE.md.spillway-backup-1");
        assert.ok(existsSync(copy));
        // Another copy, so that what was there before is still known to have been there.
        if (!withCopy) await writeFile(copy, "something else");
        await done("quota-rules", "--undo");
        assert.equal(await read("CLAUDE.md"), text);
        await rm(copy, { force: true });
      }
    });
  }

  it("removes what it made, also after its level was changed", async () => {
    await done("quota-rules");
    await done("quota-rules", "--level", "warn");
    assert.deepEqual((await readdir(claude)).toSorted(), ["CLAUDE.md", "settings.json"]);
    await done("quota-rules", "--undo");
    assert.deepEqual(await readdir(claude), []);
    assert.match(await done("quota-rules", "--undo"), /Nothing to take back/);
  });

  for (const [name, text] of Object.entries(LAYOUTS)) {
    it(`S1-147: adds its hook behind the others in a file with ${name}, and takes only that out`, async () => {
      await write("settings.json", text);
      await done("quota-rules");
      const written = await read("settings.json");
      const before = JSON.parse(text.replace(/^\ufeff/, "") || "{}");
      const after = JSON.parse(written.replace(/^\ufeff/, ""));
      const groups = after.hooks.UserPromptSubmit;
      const own = groups.at(-1);
      assert.equal(own.matcher, "");
      assert.equal(own.hooks[0].type, "command");
      assert.deepEqual(groups.slice(0, -1), before.hooks?.UserPromptSubmit ?? []);
      assert.deepEqual({ ...after, hooks: 0 }, { ...before, hooks: 0 });
      await done("quota-rules");
      assert.equal(await read("settings.json"), written, "a second time it changes nothing");
      // Somebody else changes the file meanwhile, so no copy helps.
      const touched = written.replace(/\}\s*$/, (end) => `,"later":1${end}`);
      await write("settings.json", touched);
      await done("quota-rules", "--undo");
      const { later, hooks, ...rest } = JSON.parse(
        (await read("settings.json")).replace(/^\ufeff/, ""),
      );
      assert.equal(later, 1);
      const others = before.hooks?.UserPromptSubmit ?? [];
      assert.deepEqual(hooks?.UserPromptSubmit ?? [], others);
      const { hooks: _, ...expected } = before;
      assert.deepEqual(rest, expected);
      await write("settings.json", written);
      await done("quota-rules", "--undo");
      assert.equal(await read("settings.json"), text);
    });
  }

  it("S1-148: gives the file's text to Claude as JSON, whatever stands in it, and is silent without it", async () => {
    await done("quota-rules");
    const { hooks } = JSON.parse(await read("settings.json"));
    const [{ command }] = hooks.UserPromptSubmit[0].hooks;
    for (const shell of [
      ["sh", "-c"],
      ["dash", "-c"],
      ["bash", "--posix", "-c"],
    ]) {
      const [file = "sh", ...args] = shell;
      if (!["/bin", "/usr/bin"].some((folder) => existsSync(join(folder, file)))) continue;
      const run = (env = {}): string =>
        execFileSync(file, [...args, command], {
          encoding: "utf8",
          env: { ...process.env, ...env },
        });
      await rm(join(claude, "usage-status.md"), { force: true });
      assert.equal(run(), "");
      await write("usage-status.md", "");
      assert.equal(run(), "");
      const control = Array.from({ length: 31 }, (_, code) => String.fromCharCode(code + 1)).join(
        "",
      );
      for (const text of [
        "5h=9% 7d=99%! overage=0% bottleneck=seven_day (10/05/2026, 16:19:04)",
        `"quoted" and 'single' \\ \\n \\\\" $HOME \`id\` %s %d & | ; é 漢 😀`,
        "two\nlines\n\nand an empty one",
        control,
        "x".repeat(20_000),
      ]) {
        await write("usage-status.md", `${text}\n`);
        for (const env of [{}, { LC_ALL: "C" }, { LANG: "C.UTF-8", LC_ALL: "C.UTF-8" }]) {
          assert.deepEqual(JSON.parse(run(env)), {
            hookSpecificOutput: { hookEventName: "UserPromptSubmit", additionalContext: text },
          });
        }
      }
    }
  });

  it("S1-023: serves each folder of CLAUDE_CONFIG_DIRS, with its own status file", async () => {
    const env = { CLAUDE_CONFIG_DIRS: "~/.claude, ~/.claude2" };
    assert.equal((await setup(["quota-rules"], env)).code, 0);
    for (const dir of [".claude", ".claude2"]) {
      const memory = await readFile(join(home, dir, "CLAUDE.md"), "utf8");
      assert.ok(memory.includes(`\`~/${dir}/usage-status.md\``));
      const settings = await readFile(join(home, dir, "settings.json"), "utf8");
      assert.ok(settings.includes(join(home, dir, "usage-status.md")));
    }
    assert.equal((await setup(["quota-rules", "--undo"], env)).code, 0);
    assert.deepEqual(await readdir(join(home, ".claude2")), []);
    const own = join(home, "elsewhere");
    assert.equal((await setup(["quota-rules"], { CLAUDE_CONFIG_DIR: own })).code, 0);
    assert.deepEqual((await readdir(own)).toSorted(), ["CLAUDE.md", "settings.json"]);
  });

  it("prints what it would write, and needs a status file", async () => {
    const out = await done("quota-rules", "--print", "--level", "stop");
    assert.match(out, /## Quota awareness\n\n.*98%[^]*"UserPromptSubmit"/);
    assert.deepEqual(await readdir(claude), []);
    const off = await setup(["quota-rules"], { CLAUDE_USAGE_FILE: "none" });
    assert.equal(off.code, 1);
    assert.match(off.err, /quota\.statusFile is none/);
  });
});
