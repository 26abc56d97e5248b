import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Run, runOn } from "../testing.ts";

const OWN = `{
    "model": "opus",
    "permissions": {"allow": ["Bash(ls)"], "deny": []},
    "limit": 1.0,
    "env": {
        "ENABLE_TOOL_SEARCH": "auto",
        "ANTHROPIC_BASE_URL": "http://old.example"
    }
}
`;

describe("spillway connect claude-code", () => {
  let home = "";
  let settings = "";

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "spillway-connect-"));
    settings = join(home, ".claude", "settings.json");
    await mkdir(join(home, ".claude"));
  });

  afterEach(async () => {
    await rm(home, { recursive: true, force: true });
  });

  async function connect(...argv: readonly string[]): Promise<Run> {
    return await runOn({ homeDir: home }, "connect", "claude-code", ...argv);
  }

  async function settingsText(): Promise<string> {
    return await readFile(settings, "utf8");
  }

  it("prints the line and the settings, and changes nothing", async () => {
    const { code, out } = await connect();
    assert.equal(code, 0);
    assert.match(out, /^ {2}ANTHROPIC_BASE_URL=http:\/\/127\.0\.0\.1:4080 claude$/m);
    assert.match(out, /^ {6}"ENABLE_TOOL_SEARCH": "true",$/m);
    assert.ok(out.split("\n").every((line) => line.length <= 80));
    assert.deepEqual(await readdir(home), [".claude"]);
    assert.deepEqual(await readdir(join(home, ".claude")), []);
  });

  it("never sets a credential, nor what would stop model discovery", async () => {
    const { out } = await connect("--json", "--one-million", "--traceparent");
    const names = Object.keys(JSON.parse(out).settings.env);
    assert.ok(names.includes("ANTHROPIC_BASE_URL"));
    assert.ok(!names.some((name) => /KEY|AUTH|NONESSENTIAL|HELPER/.test(name)));
  });

  it("leaves model discovery out where non-essential traffic is off", async () => {
    await writeFile(settings, '{"env":{"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC":"1"}}');
    const { out } = await connect("--json");
    const { settings: wanted, warnings } = JSON.parse(out);
    assert.equal("CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY" in wanted.env, false);
    assert.deepEqual(
      warnings.map(({ code }: { code: string }) => code),
      ["nonessential_traffic_off"],
    );
  });

  it("S0-07: asks for overflow beside the header fields that are there, and pins models", async () => {
    await writeFile(
      settings,
      '{"env":{"ANTHROPIC_CUSTOM_HEADERS":"X-Mine: 1\\nx-br-overflow: byok"}}',
    );
    const { code, out } = await connect("--write", "--overflow", "--pin-models");
    assert.equal(code, 0);
    assert.match(out, /ANTHROPIC_CUSTOM_HEADERS=X-Mine: 1\\nx-spillway-overflow: byok \(was /);
    const { env } = JSON.parse(await settingsText());
    assert.equal(env.ANTHROPIC_CUSTOM_HEADERS, "X-Mine: 1\nx-spillway-overflow: byok");
    assert.equal(env.ANTHROPIC_DEFAULT_OPUS_MODEL, "claude-opus-5-5");
    assert.equal(env.ANTHROPIC_DEFAULT_SONNET_MODEL, "claude-sonnet-5-5");
    assert.equal(env.ANTHROPIC_DEFAULT_HAIKU_MODEL, "claude-haiku-5-5");
    await connect("--undo");
    assert.equal(
      JSON.parse(await settingsText()).env.ANTHROPIC_CUSTOM_HEADERS,
      "X-Mine: 1\nx-br-overflow: byok",
    );
  });

  it("S0-09: warns of a pinned model in which Claude Code finds no Claude model", async () => {
    for (const [id, warns] of [
      ["my-fast-model", true],
      ["bedrock/global.anthropic.claude-sonnet-4-6", false],
      ["claude-opus-4-8[1m]", false],
      ["sonnet", false],
    ] as const) {
      await writeFile(settings, JSON.stringify({ env: { ANTHROPIC_DEFAULT_SONNET_MODEL: id } }));
      const { warnings } = JSON.parse((await connect("--json")).out);
      const found = warnings.filter(
        ({ code }: { code: string }) => code === "model_not_recognised",
      );
      assert.equal(found.length, warns ? 1 : 0, id);
      if (warns) assert.match(found[0].message, /my-fast-model/);
    }
  });

  it("merges into what is there, keeping every other byte and the user's own choices", async () => {
    await writeFile(settings, OWN);
    await chmod(settings, 0o640);
    const { code, out } = await connect("--write");
    assert.equal(code, 0);
    assert.match(out, /replaced +ANTHROPIC_BASE_URL=\S+ \(was http:\/\/old\.example\)/);
    assert.match(out, /kept +ENABLE_TOOL_SEARCH=auto/);
    const expected = OWN.replace(
      '"ANTHROPIC_BASE_URL": "http://old.example"',
      `"ANTHROPIC_BASE_URL": "http://127.0.0.1:4080",
        "CLAUDE_CODE_ENABLE_FINE_GRAINED_TOOL_STREAMING": "1",
        "CLAUDE_CODE_GATEWAY_HINT_HEADERS": "1",
        "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1",
        "CLAUDE_CODE_SKIP_FAST_MODE_ORG_CHECK": "1"`,
    );
    assert.equal(await settingsText(), expected);
    assert.equal((await stat(settings)).mode & 0o777, 0o640);
    const backup = `${settings}.spillway-backup-1`;
    assert.equal(await readFile(backup, "utf8"), OWN);
    assert.equal((await stat(backup)).mode & 0o777, 0o640);
  });

  it("changes nothing a second time", async () => {
    await writeFile(settings, OWN);
    await connect("--write");
    const first = await settingsText();
    const { code, out } = await connect("--write");
    assert.equal(code, 0);
    assert.match(out, /unchanged/);
    assert.equal(await settingsText(), first);
    assert.deepEqual((await readdir(join(home, ".claude"))).toSorted(), [
      "settings.json",
      "settings.json.spillway-backup-1",
    ]);
  });

  it("undoes to the byte, and leaves no backup that says the same", async () => {
    await writeFile(settings, OWN);
    await connect("--write");
    await connect("--write", "--url", "http://127.0.0.1:5000");
    assert.match(await settingsText(), /127\.0\.0\.1:5000/);
    const { code } = await connect("--undo");
    assert.equal(code, 0);
    assert.equal(await settingsText(), OWN);
    const left = await readdir(join(home, ".claude"));
    // The second write's backup is of our own first version.
    assert.ok(!left.includes("settings.json.spillway-backup-1"));
    const again = await connect("--undo");
    assert.equal(again.code, 0);
    assert.match(again.out, /Nothing to take back/);
  });

  it("undoes only its own when the file was changed since", async () => {
    await writeFile(settings, OWN);
    await connect("--write");
    const edited = (await settingsText())
      .replace('"model": "opus"', '"model": "sonnet"')
      .replace(
        '"CLAUDE_CODE_GATEWAY_HINT_HEADERS": "1"',
        '"CLAUDE_CODE_GATEWAY_HINT_HEADERS": "0"',
      );
    await writeFile(settings, edited);
    const { out } = await connect("--undo");
    assert.match(out, /CLAUDE_CODE_GATEWAY_HINT_HEADERS was changed since/);
    const { env, model, permissions } = JSON.parse(await settingsText());
    assert.equal(model, "sonnet");
    assert.deepEqual(permissions, { allow: ["Bash(ls)"], deny: [] });
    assert.deepEqual(env, {
      ENABLE_TOOL_SEARCH: "auto",
      ANTHROPIC_BASE_URL: "http://old.example",
      CLAUDE_CODE_GATEWAY_HINT_HEADERS: "0",
    });
    assert.ok(existsSync(`${settings}.spillway-backup-1`));
  });

  it("removes a file that it made", async () => {
    await connect("--write");
    assert.equal((await stat(settings)).mode & 0o777, 0o600);
    const { out } = await connect("--undo");
    assert.match(out, /did not exist before and is removed/);
    assert.deepEqual(await readdir(join(home, ".claude")), []);
  });

  it("leaves a link a link and writes what it points to", async () => {
    const dotfiles = join(home, "dotfiles.json");
    await writeFile(dotfiles, OWN);
    await symlink(dotfiles, settings);
    await connect("--write");
    assert.ok((await lstat(settings)).isSymbolicLink());
    assert.match(await readFile(dotfiles, "utf8"), /127\.0\.0\.1:4080/);
    await connect("--undo");
    assert.equal(await readFile(dotfiles, "utf8"), OWN);
  });

  it("refuses broken JSON with its place, and leaves it as it is", async () => {
    const broken = '{\n  "a": 1,\n}\n';
    await writeFile(settings, broken);
    const { code, err } = await connect("--write");
    assert.equal(code, 1);
    assert.match(err, /settings\.json:2:9: a comma with nothing after it/);
    assert.equal(await settingsText(), broken);
    assert.deepEqual(await readdir(join(home, ".claude")), ["settings.json"]);
  });

  it("never shows the value of a credential", async () => {
    await writeFile(
      settings,
      '{"env":{"ANTHROPIC_API_KEY":"sk-ant-api03-canary"},"apiKeyHelper":"canary"}',
    );
    for (const argv of [[], ["--json"], ["--write"], ["--undo"]]) {
      const { out, err } = await connect(...argv);
      assert.doesNotMatch(out + err, /canary/);
    }
    const state = await readFile(
      join(home, ".local/share/spillway/connect-claude-code.json"),
      "utf8",
    );
    assert.doesNotMatch(state, /canary/);
  });

  it("names what stands in the way", async () => {
    const project = join(home, "project");
    await mkdir(join(project, ".claude"), { recursive: true });
    await writeFile(
      join(project, ".claude", "settings.json"),
      '{"env":{"ANTHROPIC_BASE_URL":"<http://x/v1>","CLAUDE_CODE_USE_BEDROCK":"1"},"forceLoginMethod":"claudeai"}',
    );
    const env = { ANTHROPIC_AUTH_TOKEN: "t", HTTP_PROXY: "http://p:1", NO_PROXY: "localhost" };
    const { out } = await runOn(
      { homeDir: home, cwd: project, env },
      "connect",
      "claude-code",
      "--json",
    );
    const codes = JSON.parse(out).warnings.map(({ code }: { code: string }) => code);
    assert.deepEqual(codes, [
      "base_url_overridden",
      "credential_set",
      "login_forced",
      "cloud_provider",
      "proxy_catches_base_url",
    ]);
  });

  it("says which part of a base URL is wrong", async () => {
    await writeFile(settings, '{"env":{"ANTHROPIC_BASE_URL":"<http://127.0.0.1:4080>"}}');
    const { out } = await connect();
    assert.match(out, /ANTHROPIC_BASE_URL in ~\/\.claude\/settings\.json has angle brackets/);
    for (const url of [
      "http://h/v1",
      "http://h/v1/",
      "<http://h>",
      "h:80",
      "ftp://h",
      "http://h?a",
    ]) {
      const { code, err } = await connect("--url", url);
      assert.equal(code, 2, url);
      assert.match(err, /^spillway: --url /);
    }
  });

  it("marks the models that the user has for a million tokens of context", async () => {
    await writeFile(settings, '{"env":{"ANTHROPIC_DEFAULT_OPUS_MODEL":"claude-opus-4-8"}}');
    await connect("--write", "--one-million");
    const { env } = JSON.parse(await settingsText());
    assert.equal(env.ANTHROPIC_DEFAULT_OPUS_MODEL, "claude-opus-4-8[1m]");
    await connect("--undo");
    assert.equal(
      await settingsText(),
      '{"env":{"ANTHROPIC_DEFAULT_OPUS_MODEL":"claude-opus-4-8"}}',
    );
  });

  describe("--scope project", () => {
    it("writes the local settings and keeps them out of git", async () => {
      const git = (...args: readonly string[]) =>
        execFileSync("git", ["-C", home, ...args], { encoding: "utf8" });
      git("init", "--quiet");
      await rm(join(home, ".claude"), { recursive: true });
      const exclude = join(home, ".git", "info", "exclude");
      const before = existsSync(exclude) ? await readFile(exclude, "utf8") : "";
      const { code } = await connect("--write", "--scope", "project");
      assert.equal(code, 0);
      assert.deepEqual(await readdir(join(home, ".claude")), ["settings.local.json"]);
      assert.doesNotMatch(git("status", "--short", "--untracked-files=all"), /settings/);
      await connect("--undo", "--scope", "project");
      assert.equal(await readFile(exclude, "utf8"), before);
      assert.deepEqual(await readdir(join(home, ".claude")), []);
    });

    it("warns where a settings file could be committed", async () => {
      execFileSync("git", ["-C", home, "init", "--quiet"]);
      const { code, out } = await connect("--write", "--settings", ".claude/settings.json");
      assert.equal(code, 0);
      assert.match(out, /git does not ignore ~\/\.claude\/settings\.json/);
    });
  });
});
