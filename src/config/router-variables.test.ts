import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, it } from "node:test";
import { ENVIRONMENT } from "./environment-table.ts";
import { CONFIG_FILE, testInputs } from "./inputs.fixture.ts";
import { type LoadedConfig, loadConfig } from "./load.ts";
import { formatProblem } from "./problem.ts";

type Env = Readonly<Record<string, string>>;

async function load(env: Env, yaml?: string): Promise<LoadedConfig> {
  const files = yaml === undefined ? {} : { [CONFIG_FILE]: yaml };
  const loaded = await loadConfig({ ...testInputs(files), env: { ...testInputs().env, ...env } });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value;
}

async function refusal(env: Env): Promise<string> {
  const loaded = await loadConfig({ ...testInputs(), env });
  assert.ok(!loaded.ok);
  return loaded.error.map(formatProblem).join("\n");
}

const LITELLM = { LITELLM_URL: "http://localhost:4000", LITELLM_API_KEY: "sk-x" };

describe("claude-router's variables", () => {
  it("S1-028 to S1-037: LITELLM_URL turns everything on, with the router's own defaults", async () => {
    const { config, warnings } = await load(LITELLM);
    assert.deepEqual(warnings, []);
    const { probe, ...redirect } = config.redirect;
    assert.deepEqual(redirect, {
      to: "litellm",
      foreign: "litellm",
      at: { fiveHour: 90, sevenDay: 90, overage: 80 },
      hysteresis: 5,
      models: { opus: "claude-opus-4-7", sonnet: "claude-sonnet-4-6", haiku: "claude-haiku-4-5" },
      preferWait: 0,
    });
    assert.deepEqual(probe, {
      interval: 300_000,
      model: "claude-haiku-4-5",
      endpoint: "auto",
      key: undefined,
    });
    assert.equal(config.providers["litellm"]?.url, "http://localhost:4000");
    assert.equal(config.providers["litellm"]?.key?.reveal(), "sk-x");
  });

  it("reads each of them, an empty tier too", async () => {
    const { config } = await load({
      ...LITELLM,
      LITELLM_FALLBACK_OPUS: "",
      LITELLM_FALLBACK_SONNET: "s",
      LITELLM_FALLBACK_HAIKU: "h",
      REDIRECT_AT_5H_PCT: "1",
      REDIRECT_AT_7D_PCT: "100",
      REDIRECT_AT_OVERAGE_PCT: "50",
      HYSTERESIS_PCT: "0",
      PROBE_INTERVAL_MS: "1500",
      PROBE_MODEL: "p",
      PROBE_ENDPOINT: "messages",
      ANTHROPIC_API_KEY_FOR_PROBES: "sk-p",
      MAX_BUFFER_BYTES: "10485760",
    });
    assert.deepEqual(config.redirect.models, { opus: "", sonnet: "s", haiku: "h" });
    assert.deepEqual(config.redirect.at, { fiveHour: 1, sevenDay: 100, overage: 50 });
    assert.equal(config.redirect.hysteresis, 0);
    const { key, ...probe } = config.redirect.probe;
    assert.deepEqual(probe, { interval: 1_500, model: "p", endpoint: "messages" });
    assert.equal(key?.reveal(), "sk-p");
    assert.equal(config.limits.body, 10_485_760);
  });

  it("C-05: warns where LiteLLM is asked without a key", async () => {
    const { warnings } = await load({ LITELLM_URL: "http://localhost:4000" });
    assert.match(warnings.join(), /LITELLM_API_KEY/);
  });

  it("S1-023, S1-102: a list of directories, with ~ and spaces", async () => {
    const { config } = await load({
      CLAUDE_CONFIG_DIRS: "~/.claude, %h/.claude2 ,,/srv/c,~/.claude",
    });
    assert.deepEqual(config.quota.accounts, [
      "/people/me/.claude",
      "/people/me/.claude2",
      "/srv/c",
    ]);
  });

  it("S1-042, S1-043, C-39: of a Composer URL the host counts; the file can give another route", async () => {
    const key = { CURSOR_API_KEY: "k" };
    const urlOf = async (env: Env, yaml?: string) =>
      (await load({ ...key, ...env }, yaml)).config.providers["composer"]?.url;
    const hosted = "https://api-for-cursor.standardagents.ai/opencodev2/v1";
    assert.equal(await urlOf({}), hosted);
    const local = { COMPOSER_API_URL: "http://127.0.0.1:9/foo/bar" };
    assert.equal(await urlOf(local), "http://127.0.0.1:9/opencodev2/v1");
    const app = 'providers: { composer: { url: "http://127.0.0.1:8787/v1" } }';
    assert.equal(await urlOf({}, app), "http://127.0.0.1:8787/v1");
    const { sources } = await load(key, app);
    assert.match(sources.get("providers.composer.url") ?? "", /^file /);
    assert.equal(sources.get("providers.composer.key"), "env CURSOR_API_KEY");
  });

  it("S1-044: lists Composer's models, and warns of one that would not lead back to it", async () => {
    const models = async (env: Env) =>
      (await load({ CURSOR_API_KEY: "k", ...env })).config.providers["composer"]?.models;
    assert.deepEqual(await models({}), ["composer-2.5"]);
    const two = { COMPOSER_MODELS: "composer-2.5, composer-2" };
    assert.deepEqual(await models(two), ["composer-2.5", "composer-2"]);
    assert.equal((await load(two)).config.providers["composer"], undefined);
    const { warnings } = await load({ CURSOR_API_KEY: "k", COMPOSER_MODELS: "gpt-5" });
    assert.match(warnings.join(), /COMPOSER_MODELS has gpt-5/);
  });

  it("says which variable is wrong, and never what a key is", async () => {
    for (const [env, expected] of [
      [
        { LITELLM_URL: "localhost" },
        /providers\.litellm\.url.*env LITELLM_URL|env LITELLM_URL.*url/s,
      ],
      [{ ...LITELLM, REDIRECT_AT_5H_PCT: "0" }, /REDIRECT_AT_5H_PCT/],
      [{ ...LITELLM, REDIRECT_AT_7D_PCT: "9x" }, /REDIRECT_AT_7D_PCT/],
      [{ ...LITELLM, HYSTERESIS_PCT: "-1" }, /HYSTERESIS_PCT/],
      [{ ...LITELLM, PROBE_INTERVAL_MS: "5 min" }, /PROBE_INTERVAL_MS/],
      [{ ...LITELLM, PROBE_ENDPOINT: "x" }, /PROBE_ENDPOINT/],
      [{ ...LITELLM, MAX_BUFFER_BYTES: "10MB!" }, /MAX_BUFFER_BYTES/],
      [{ CURSOR_API_KEY: "k", COMPOSER_API_URL: "nowhere" }, /COMPOSER_API_URL/],
    ] as const) {
      const said = await refusal(env);
      assert.match(said, expected);
      assert.doesNotMatch(said, /sk-x/);
    }
  });

  it("keeps a reference in the file a reference", async () => {
    const inputs = testInputs({ [CONFIG_FILE]: 'redirect: { probe: { key: "sk-plain" } }' });
    const loaded = await loadConfig(inputs);
    assert.ok(!loaded.ok);
    assert.match(loaded.error.map(formatProblem).join(), /expected env:NAME or file:\/path/);
    assert.doesNotMatch(JSON.stringify(loaded.error), /sk-plain/);
  });
});

/** Variables of the operating system, of Node and of conventions that many programs follow. */
const OF_OTHERS =
  /^(?:HOME|LOCALAPPDATA|XDG_\w+|NO_COLOR|FORCE_COLOR|TERM|(?:NO|HTTPS?|ALL)_PROXY|(?:no|https?|all)_proxy|NODE_\w+)$/;

describe("S1-045: the table of variables", () => {
  it("holds every variable that the server reads; commands also look at those of the programs that they set up", () => {
    const known = new Set(ENVIRONMENT.map(({ name }) => name));
    const src = join(import.meta.dirname, "..");
    const read = new Set<string>();
    for (const file of readdirSync(src, { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts") || file.startsWith(`cli${sep}`)) continue;
      if (/\.(?:test|fixture|generated)\.ts$/.test(file)) continue;
      const code = readFileSync(join(src, file), "utf8");
      for (const [, name = ""] of code.matchAll(/\benv(?:ironment)?\??\.?\[?"([A-Za-z_]+)"\]/g)) {
        read.add(name);
      }
    }
    assert.ok(read.has("LITELLM_URL"));
    const missing = [...read].filter((name) => !known.has(name) && !OF_OTHERS.test(name));
    assert.deepEqual(missing, []);
  });
});
