import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../base/secret.ts";
import { CONFIG_FILE as FILE, testInputs } from "./inputs.fixture.ts";
import type { ConfigInputs, FileText } from "./inputs.ts";
import { type LoadedConfig, loadConfig } from "./load.ts";
import { formatProblem } from "./problem.ts";

/** The path of a file in the directory of the configuration file. */
const beside = (name: string) => FILE.replace("spillway.yaml", name);

async function load(
  files: Readonly<Record<string, string | FileText>> = {},
  more: Partial<ConfigInputs> = {},
): Promise<LoadedConfig> {
  const loaded = await loadConfig(testInputs(files, more));
  if (!loaded.ok) assert.fail(loaded.error.map(formatProblem).join("\n"));
  return loaded.value;
}

async function problems(
  files: Readonly<Record<string, string | FileText>>,
  more: Partial<ConfigInputs> = {},
): Promise<readonly string[]> {
  const loaded = await loadConfig(testInputs(files, more));
  return loaded.ok ? [] : loaded.error.map(formatProblem);
}

async function urlOf(url: string): Promise<string> {
  return (await load({}, { env: { SPILLWAY_ANTHROPIC_URL: url } })).config.anthropic.url;
}

type Files = Readonly<Record<string, string | FileText>>;

async function proxyOf(setting: string, files: Files = {}, env = {}): Promise<string> {
  const { config } = await load({ [FILE]: `egress: { proxy: "${setting}" }`, ...files }, { env });
  const { proxy } = config.egress;
  return proxy instanceof Secret ? proxy.reveal() : proxy;
}

async function proxyProblem(setting: string, files: Files = {}, env = {}): Promise<string> {
  const all = { [FILE]: `egress: { proxy: "${setting}" }`, ...files };
  return (await problems(all, { env })).join("\n");
}

describe("loadConfig", () => {
  it("needs neither a file nor a variable", async () => {
    const { config, file, warnings } = await load();
    assert.equal(config.listener.port, 4080);
    assert.equal(config.listener.bind, "127.0.0.1");
    assert.equal(config.anthropic.url, "https://api.anthropic.com");
    assert.equal(config.data.dir, "/people/me/.local/share/spillway");
    assert.equal(config.timeZone, "Asia/Kolkata");
    assert.equal(config.quota.statusFile, "/people/me/.claude/usage-status.md");
    assert.equal(config.egress.proxy, "none");
    assert.equal(config.timeouts.clientKeepAlive, 75_000);
    assert.equal(config.limits.heldBytes, 512 * 2 ** 20);
    assert.equal(file, undefined);
    assert.deepEqual(warnings, []);
  });

  it("puts flags over environment over file over defaults, and knows where each value is from", async () => {
    const yaml = "listener:\n  port: 1\n  bind: 127.0.0.2\nlog:\n  level: debug\n";
    const env = { PORT: "2", SPILLWAY_DATA_DIR: "/data" };
    const { config, sources } = await load(
      { "/data/spillway.yaml": yaml },
      { env, flags: { port: "3" } },
    );
    assert.equal(config.listener.port, 3);
    assert.equal(config.listener.bind, "127.0.0.2");
    assert.equal(config.data.dir, "/data");
    assert.equal(sources.get("listener.port"), "flag --port");
    assert.equal(sources.get("listener.bind"), "file /data/spillway.yaml:3");
    assert.equal(sources.get("log.level"), "file /data/spillway.yaml:5");
    assert.equal(sources.get("data.dir"), "env SPILLWAY_DATA_DIR");
    assert.equal(sources.get("limits.body"), "default");
  });

  it("treats an empty variable and an empty section as unset", async () => {
    const { config } = await load(
      { [FILE]: "listener:\n  # port: 5\nprices:\n" },
      { env: { PORT: "" } },
    );
    assert.equal(config.listener.port, 4080);
    assert.deepEqual(config.prices, []);
  });

  it("reads the named file, else the data directory's", async () => {
    const files = {
      [FILE]: "listener: { port: 1 }",
      "/data/spillway.yaml": "listener: { port: 2 }",
      "/people/me/own.yaml": "listener: { port: 3 }",
    };
    const env = { SPILLWAY_DATA_DIR: "/data" };
    assert.equal((await load(files)).file, FILE);
    assert.equal((await load(files, { env })).file, "/data/spillway.yaml");
    const named = await load(files, { env: { ...env, SPILLWAY_CONFIG: "~/own.yaml" } });
    assert.equal(named.config.listener.port, 3);
    const flagged = await load(files, {
      env: { SPILLWAY_CONFIG: "~/own.yaml" },
      flags: { config: FILE },
    });
    assert.equal(flagged.config.listener.port, 1);
  });

  it("never reads the current directory's file, and says so", async () => {
    const read: string[] = [];
    const bait = { "/srv/spillway.yaml": "anthropic: { url: 'https://thief.example' }" };
    const loaded = await load(bait, {
      readFile: (path) => {
        read.push(path);
        return Promise.resolve(undefined);
      },
    });
    assert.deepEqual(read, [FILE]);
    assert.equal(loaded.config.anthropic.url, "https://api.anthropic.com");
    assert.equal(loaded.file, undefined);
    const warning = `/srv/spillway.yaml is not read; to use it, name it in SPILLWAY_CONFIG or move it to ${FILE}`;
    assert.deepEqual(loaded.warnings, [warning]);
    const other = await load({ ...bait, [FILE]: "listener: { port: 1 }" });
    assert.equal(other.file, FILE);
    assert.deepEqual(other.warnings, [warning]);
  });

  it("says nothing of the current directory's file when it is the one in use, also by a link", async () => {
    const files = { "/srv/spillway.yaml": "", "/link/spillway.yaml": "" };
    const realPath = (path: string) => Promise.resolve(path.replace("/link", "/srv"));
    for (const env of [
      { SPILLWAY_CONFIG: "spillway.yaml" },
      { SPILLWAY_DATA_DIR: "." },
      { SPILLWAY_DATA_DIR: "/link" },
    ]) {
      assert.deepEqual((await load(files, { env, realPath })).warnings, [], JSON.stringify(env));
    }
  });

  it("refuses to start without a file that was named", async () => {
    assert.deepEqual(await problems({}, { env: { SPILLWAY_CONFIG: "x.yaml" } }), [
      "env SPILLWAY_CONFIG: names a file that does not exist: /srv/x.yaml",
    ]);
  });

  it("says why a file cannot be read", async () => {
    const denied = Object.assign(new Error("no"), { code: "EACCES" });
    assert.deepEqual(await problems({}, { readFile: () => Promise.reject(denied) }), [
      `${FILE}: cannot be read: permission denied`,
    ]);
  });

  it("names file, line, column and the nearest key for a mistyped one", async () => {
    assert.deepEqual(
      await problems({ [FILE]: "log:\n  level: info\nlistener:\n  prot: 80\nlimit: {}\n" }),
      [
        `${FILE}:4:3: listener.prot: unknown key; did you mean "port"?`,
        `${FILE}:5:1: limit: unknown key; did you mean "limits"?`,
      ],
    );
  });

  it("lists the known keys when none is near", async () => {
    assert.deepEqual(await problems({ [FILE]: "log: { verbosity: 3 }" }), [
      `${FILE}:1:8: log.verbosity: unknown key; known here: format, level`,
    ]);
  });

  it("refuses a bare number for a duration or a size, with the remedy", async () => {
    const [idle, body] = await problems({
      [FILE]: "timeouts: { idle: 180 }\nlimits: { body: 32000000 }\n",
    });
    assert.equal(
      idle,
      `${FILE}:1:19: timeouts.idle: expected a number with a unit (ms, s, m, h, d), such as "75s"; found a number`,
    );
    assert.match(
      body ?? "",
      /^\S+:2:17: limits\.body: expected a number with a unit .*"32MB"; found a number$/,
    );
  });

  it("says it when what is found is of no use for its field", async () => {
    const yaml = [
      "listener: 4080",
      "timeouts: { idle: 30d, drain: 0s, connect: 0s }",
      "limits: { body: 2GB, headers: 0 }",
      "log: { level: wran }",
      "timeZone: Mars/Base",
      "metrics: { enabled: 1 }",
    ].join("\n");
    assert.deepEqual(await problems({ [FILE]: yaml }), [
      `${FILE}:1:11: listener: expected a group of keys; found a number`,
      `${FILE}:2:44: timeouts.connect: expected at least 1ms; found text of 2 characters`,
      `${FILE}:2:19: timeouts.idle: expected at most 24 days; found text of 3 characters`,
      `${FILE}:3:31: limits.headers: expected a whole number above 0; found a number`,
      `${FILE}:3:17: limits.body: is larger than limits.heldBytes, so no such body could ever be held`,
      `${FILE}:5:11: timeZone: expected a time zone such as Asia/Kolkata; found text of 9 characters`,
      `${FILE}:4:15: log.level: expected one of error, warn, info, debug, trace; found text of 4 characters; did you mean "warn"?`,
      `${FILE}:6:21: metrics.enabled: expected true or false; found a number`,
    ]);
  });

  it("S1-067 refuses a provider whose name is a prefix of the picker's", async () => {
    for (const id of ["claude-router", "claude-router-x", "claude-spillway", "claude-spillway-a"]) {
      const [problem = ""] = await problems({ [FILE]: `providers: { ${id}: {} }` });
      assert.match(problem, /expected another name/, id);
    }
    assert.deepEqual(await problems({ [FILE]: "providers: { claude-routers: {} }" }), []);
  });

  it("X-R10 refuses a stock of models that is no JSON", async () => {
    const [problem = ""] = await problems({}, { env: { SEED_STOCK_MODELS: "claude-x" } });
    assert.match(problem, /models\.stock.*expected models with id and name/);
  });

  it("refuses a body limit above what all bodies together may hold", async () => {
    assert.deepEqual(await problems({ [FILE]: "limits: { body: 2GB }" }), [
      `${FILE}:1:17: limits.body: is larger than limits.heldBytes, so no such body could ever be held`,
    ]);
  });

  it("names the variable or flag that brought a bad value", async () => {
    const env = { PORT: "eighty", SPILLWAY_ANTHROPIC_URL: "ftp://x" };
    const found = await problems({}, { env, flags: { logLevel: "loud" } });
    assert.deepEqual(
      found.map((line) => line.split(": ").slice(0, 2).join(": ")),
      [
        "env PORT: listener.port",
        "env SPILLWAY_ANTHROPIC_URL: anthropic.url",
        "flag --log-level: log.level",
      ],
    );
  });

  it("takes prices and rates as decimal text only, never negative, blank, twice or not a number", async () => {
    const good = await load({
      [FILE]:
        'prices: [{ model: m, input: "5", output: "25.5", webSearch: "10" }]\ncurrency: { display: INR, rates: { INR: "88.5" } }',
    });
    assert.deepEqual(good.config.prices, [
      { model: "m", input: "5", output: "25.5", webSearch: "10" },
    ]);
    assert.deepEqual(good.config.currency, { display: "INR", rates: { INR: "88.5" } });
    const yaml = [
      "prices:",
      "  - model: a",
      '    input: "-1"',
      "    output: .nan",
      "  - model: a",
      '    input: "1"',
      "    output:",
      'currency: { display: EUR, rates: { INR: 88.5, inr: "1", USD: "0" } }',
    ].join("\n");
    const found = await problems({ [FILE]: yaml });
    assert.deepEqual(
      found.map((line) => line.split(": ")[1]),
      [
        "prices[0].input",
        "prices[0].output",
        "prices[1].output",
        "currency.rates.INR",
        "currency.rates.inr",
        "currency.rates.USD",
      ].toSorted(
        (a, b) => found.findIndex((l) => l.includes(a)) - found.findIndex((l) => l.includes(b)),
      ),
    );
    assert.deepEqual(
      await problems({
        [FILE]:
          'prices:\n- { model: a, input: "1", output: "1" }\n- { model: a, input: "1", output: "1" }',
      }),
      [`${FILE}:3:12: prices[1].model: is listed twice`],
    );
  });

  it("wants a rate for the currency to show", async () => {
    assert.deepEqual(await problems({ [FILE]: "currency: { display: EUR }" }), [
      `${FILE}:1:22: currency.display: has no rate; add it to currency.rates, in units for one US dollar`,
    ]);
  });

  it("allows plain http to the upstream on loopback hosts only", async () => {
    assert.equal(await urlOf("http://127.0.0.1:9/base/"), "http://127.0.0.1:9/base");
    assert.equal(await urlOf("http://[::1]:9"), "http://[::1]:9");
    assert.equal(
      await urlOf("https://gateway.example/anthropic"),
      "https://gateway.example/anthropic",
    );
    for (const url of [
      "http://api.anthropic.com",
      "http://127.0.0.1.evil.example",
      "https://user:pw@api.anthropic.com",
      "https://api.anthropic.com?",
      "https://api.anthropic.com/#x",
      "api.anthropic.com",
      "file:///etc/passwd",
    ]) {
      const found = await problems({}, { env: { SPILLWAY_ANTHROPIC_URL: url } });
      assert.equal(found.length, 1, url);
      assert.ok(!found.join().includes("pw@"), "the value is not repeated");
    }
  });

  it("refuses an upstream that is this server itself", async () => {
    const env = { SPILLWAY_ANTHROPIC_URL: "http://localhost:4080" };
    assert.deepEqual(await problems({}, { env }), [
      "env SPILLWAY_ANTHROPIC_URL: anthropic.url: is this server's own address, so requests would go in circles",
    ]);
    const elsewhere = { ...env, PORT: "4081" };
    assert.equal((await load({}, { env: elsewhere })).config.listener.port, 4081);
  });

  it("says where credentials go when a file changes the upstream", async () => {
    const { warnings } = await load({ [FILE]: "anthropic: { url: 'https://other.example' }" });
    assert.deepEqual(warnings, [
      `requests and credentials go to https://other.example, as ${FILE}:1 says`,
    ]);
  });

  it("checks what groups have in common only once their members are sound", async () => {
    const yaml = "anthropic: { url: nowhere }\nlimits: { body: 1 }";
    assert.equal((await problems({ [FILE]: yaml })).length, 2);
    assert.equal((await problems({ [FILE]: "anthropic: { url: nowhere }" })).length, 1);
    assert.equal((await problems({ [FILE]: "limits: { heldBytes: 1X, body: 3GB }" })).length, 1);
  });

  it("is frozen to its leaves", async () => {
    const { config } = await load({ [FILE]: 'prices: [{ model: m, input: "5", output: "2" }]' });
    for (const part of [config, config.listener, config.listener.hosts, config.prices[0]]) {
      assert.ok(Object.isFrozen(part));
    }
  });

  it("takes paths in the file from the file's own directory, others from the working directory", async () => {
    const { config } = await load(
      { "/etc/spillway/s.yaml": "data: { dir: data }\nquota: { statusFile: '%h/usage.md' }" },
      { env: { SPILLWAY_CONFIG: "/etc/spillway/s.yaml" } },
    );
    assert.equal(config.data.dir, "/etc/spillway/data");
    assert.equal(config.quota.statusFile, "/people/me/usage.md");
    assert.equal((await load({}, { flags: { dataDir: "d" } })).config.data.dir, "/srv/d");
  });

  it("writes no status file when none is wanted", async () => {
    const { config } = await load({}, { env: { CLAUDE_USAGE_FILE: "none" } });
    assert.equal(config.quota.statusFile, undefined);
  });

  it("checks that the file with further certificate authorities is one", async () => {
    const yaml = { [FILE]: "egress: { extraCa: ca.pem }" };
    assert.deepEqual(await problems(yaml), [
      `${FILE}:1:20: egress.extraCa: names a file that does not exist: ${beside("ca.pem")}`,
    ]);
    assert.deepEqual(await problems({ ...yaml, [beside("ca.pem")]: "nothing" }), [
      `${FILE}:1:20: egress.extraCa: names a file without a PEM certificate: ${beside("ca.pem")}`,
    ]);
    const pem = { text: "-----BEGIN CERTIFICATE-----\n", mode: 0o644 };
    assert.equal(
      (await load({ ...yaml, [beside("ca.pem")]: pem })).config.egress.extraCa,
      beside("ca.pem"),
    );
  });
});

describe("secret references", () => {
  it("resolve to a secret from a variable or a file", async () => {
    const url = "http://me:canary@proxy.example:3128";
    assert.equal(await proxyOf("none"), "none");
    assert.equal(await proxyOf("env"), "env");
    assert.equal(await proxyOf("http://proxy.example:3128"), "http://proxy.example:3128");
    assert.equal(await proxyOf("env:CORP_PROXY", {}, { CORP_PROXY: url }), url);
    assert.equal(await proxyOf("file:secret", { [beside("secret")]: `${url}\n` }), url);
  });

  it("are refused when missing, empty, no URL or readable by everyone", async () => {
    const at = `${FILE}:1:18: egress.proxy:`;
    assert.equal(
      await proxyProblem("env:CORP_PROXY"),
      `${at} refers to the environment variable CORP_PROXY, which is not set`,
    );
    assert.equal(
      await proxyProblem("file:/s"),
      `${at} refers to the file /s, which does not exist`,
    );
    assert.equal(
      await proxyProblem("file:/s", { "/s": "\n" }),
      `${at} refers to the file /s, which is empty`,
    );
    assert.equal(
      await proxyProblem("file:/s", { "/s": { text: "http://p:1", mode: 0o644 } }),
      `${at} refers to the file /s, which everyone may read; run chmod 600 on it`,
    );
    const wrong = await proxyProblem("env:P", {}, { P: "canary-value" });
    assert.equal(wrong, `${at} refers to something that is not an http or https URL`);
  });

  it("are the only way to a proxy with a password, and the refusal does not repeat it", async () => {
    const found = await problems({ [FILE]: 'egress: { proxy: "http://me:canary@proxy.example" }' });
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /env:NAME/);
    assert.ok(!found.join().includes("canary"));
  });
});

describe("a file that is not plain YAML", () => {
  it("is refused with line and column, and never quoted", async () => {
    const cases: readonly [string, RegExp][] = [
      ["listener:\n\tport: 1\n", /:2:1: tabs cannot indent/],
      ["log: {}\nlog: {}\n", /:2:1: the key is there twice/],
      ["a: 'canary", /:1:\d+: a closing quote/],
      ["a: *canary", /:1:1: an alias without its anchor/],
      ["a: !canary x", /:1:4: tags are not supported/],
      ["a: 1\n---\nb: 2", /more than one document/],
      ["- canary", /:1:1: expected keys such as "listener:"/],
      ["canary", /:1:1: expected keys/],
      [`a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`, /:1:[0-9]+: (nested too deeply|not valid)/],
      [`a: ${"[".repeat(20_000)}`, /:1:[0-9]+: (nested too deeply|not valid)/],
    ];
    for (const [yaml, expected] of cases) {
      const found = await problems({ [FILE]: yaml });
      assert.match(found[0] ?? "", expected);
      assert.ok(!found.join().includes("canary"), yaml.slice(0, 20));
    }
  });

  it("cannot grow by aliases", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &b${i + 1} [${`*b${i}, `.repeat(9)}]`,
    );
    const found = await problems({ [FILE]: ["a0: &b0 [x]", ...levels].join("\n") });
    assert.deepEqual(found, [`${FILE}:1:1: nested too deeply, or too many aliases`]);
  });

  it("cannot reach a prototype", async () => {
    const proto = "__proto__: { polluted: 1 }";
    for (const yaml of [proto, `log: { ${proto} }`, `currency: { rates: { ${proto} } }`]) {
      assert.match((await problems({ [FILE]: yaml })).join(), /^\S+:1:\d+: unknown key __proto__$/);
    }
    const other = await problems({ [FILE]: "constructor: { prototype: { polluted: 1 } }" });
    assert.match(other.join(), /: constructor: unknown key/);
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  it("takes a search provider with all that it needs, and says what is missing", async () => {
    const env = { A_KEY: "the-key" };
    const brave = { [FILE]: 'search: { provider: brave, key: "env:A_KEY" }' };
    const { search } = (await load(brave, { env })).config;
    assert.equal(search.provider, "brave");
    assert.equal(search.key?.reveal(), "the-key");
    assert.equal(search.maxResults, 5);
    assert.equal(search.timeout, 10_000);
    for (const [yaml, complaint] of [
      ["{ provider: bing }", /search\.provider.*one of brave, exa, searxng, tavily/],
      ["{ provider: brave }", /search\.key.*brave answers nobody without one/],
      ["{ provider: searxng }", /search\.url.*only you know where your instance is/],
      ['{ url: "https://a.example" }', /search\.provider.*is missing/],
      ["{ provider: exa, key: a-key }", /search\.key.*env:NAME or file:/],
      ['{ provider: exa, key: "env:NONE" }', /search\.key.*NONE, which is not set/],
      ['{ provider: searxng, url: "http://search.example" }', /search\.url.*loopback/],
      ['{ provider: exa, key: "env:A_KEY", maxResults: 21 }', /search\.maxResults.*1 to 20/],
    ] as const) {
      const found = await problems({ [FILE]: `search: ${yaml}` }, { env });
      assert.equal(found.length, 1, yaml);
      assert.match(found[0] ?? "", complaint);
    }
  });
});
