import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CONFIG_FILE, testInputs } from "./inputs.fixture.ts";
import { changedPaths } from "./leaves.ts";
import { type LoadedConfig, loadConfig } from "./load.ts";
import { adopt } from "./pinned.ts";
import { configReference, PINNED_PATHS } from "./reference.ts";

async function load(yaml: string): Promise<LoadedConfig> {
  const files = {
    [CONFIG_FILE]: yaml,
    "/ca.pem": "-----BEGIN CERTIFICATE-----",
    "/master.key": "a".repeat(64),
    "/previous.key": "b".repeat(64),
  };
  const loaded = await loadConfig(testInputs(files));
  assert.ok(loaded.ok);
  return loaded.value;
}

/** Every field has another value than by default. */
const EVERYTHING = `
listener: { port: 1, bind: 0.0.0.0, hosts: [box], maxConnections: 5 }
data: { dir: /elsewhere }
anthropic:
  url: "https://x.example"
  keys: [{ name: a, key: "file:/master.key" }]
  limits: { concurrency: 1, requestsPerMinute: 1, requestsPerDay: 1, tokensPerMinute: 1, wait: 1s, queue: 1, pace: false }
providers: { groq: { key: "file:/master.key" } }
search: { provider: brave, url: "https://x.example", key: "file:/master.key", maxResults: 1, timeout: 1s }
auth: { required: true }
overflow:
  { mode: inject, on: quota429, memory: off, retrySession: 1m, budget: 5/week, currency: INR }
budgets: { allowUnpriced: true }
vault: { masterKey: "file:/master.key", previousMasterKey: "file:/previous.key" }
residency:
  policy: us_only
  endpoints:
    - { url: "https://x.example", place: us, guarantee: contract, source: a page, verified: 2026-11-01 }
timeouts:
  { connect: 1s, headers: 1s, idle: 1s, clientKeepAlive: 1s, upstreamKeepAlive: 1s, requestHeaders: 1s,
    uploadWindow: 1s, uploadBytesPerSecond: 1B, abortedRead: 1s, drain: 1s }
limits: { body: 1B, heldBytes: 1B, headers: 1, loopDelay: 1s, heapPercent: 1 }
egress: { proxy: "http://proxy.example", ca: system, extraCa: /ca.pem }
currency: { display: INR, rates: { INR: "88.5" } }
timeZone: UTC
prices: [{ model: m, input: "1", output: "1" }]
quota: { statusFile: none, accounts: [/a] }
redirect:
  to: groq
  foreign: groq
  at: { fiveHour: 1, sevenDay: 1, overage: 1 }
  hysteresis: 1
  models: { opus: a, sonnet: b, haiku: c }
  preferWait: 1s
  probe: { interval: 1s, model: m, endpoint: messages, key: "file:/master.key" }
log: { format: json, level: trace }
metrics: { enabled: false }
models: { catalog: { lab/m: { context: 1000 } }, oneMillion: [m], seed: on, stock: [{ id: m, name: M }], stockOneMillion: [m] }
routing:
  aliases: { a: m }
  tiers: { opus: m, sonnet: m, haiku: m }
  models: { v: { strategy: price, targets: [m] } }
  fallbacks: { "*": [m] }
  rules: [{ name: r, tier: opus, to: m }]
  unknown: pass
  header: off
  hold: 1s
  slowStart: { firstToken: 1s }
  retry: { repetitions: 1, wait: 1s }
  health: { failures: 1, pause: 1s, cooldown: 1s, deadKey: 1s }
  affinity: { mode: off, wait: 1s, worth: "1" }
`;

/** Maps are one field each. */
function groupOf(path: string): string {
  return path.replace(
    /^(currency\.rates|models\.catalog|providers|routing\.(?:aliases|tiers|models|fallbacks))\..*/,
    "$1",
  );
}

describe("adopt", () => {
  it("keeps exactly the pinned fields and takes over all others", async () => {
    const running = await load("");
    const next = await load(EVERYTHING);
    const fields = configReference()
      .map(({ path }) => path)
      .filter((path) => !/\[\]|<name>/.test(path));
    const different = changedPaths(running.config, next.config).map(groupOf);
    assert.deepEqual(new Set(different), new Set(fields), "the example differs in every field");

    const { loaded, changed, needsRestart } = adopt(running, next);
    assert.deepEqual(new Set(needsRestart), new Set(PINNED_PATHS));
    assert.deepEqual(
      changed.filter((path) => PINNED_PATHS.includes(path)),
      [],
    );
    const left = changedPaths(loaded.config, next.config).map(groupOf);
    assert.deepEqual([...new Set(left)].toSorted(), PINNED_PATHS.toSorted());
  });

  it("says of each value where it is really from", async () => {
    const { loaded } = adopt(await load(""), await load(EVERYTHING));
    assert.equal(loaded.sources.get("listener.port"), "default");
    assert.equal(loaded.sources.get("limits.body"), `file ${CONFIG_FILE}:22`);
    assert.ok(Object.isFrozen(loaded.config.timeouts));
  });

  it("notices a secret in a list that changed", async () => {
    const running = await load('anthropic: { keys: [{ name: a, key: "file:/master.key" }] }');
    const next = await load('anthropic: { keys: [{ name: a, key: "file:/previous.key" }] }');
    assert.deepEqual(adopt(running, next).needsRestart, ["anthropic.keys"]);
  });

  it("notices a secret that changed, though it prints the same", async () => {
    const running = await load('egress: { proxy: "http://a.example" }');
    const next = await load('egress: { proxy: "http://b.example" }');
    assert.deepEqual(adopt(running, next).needsRestart, ["egress.proxy"]);
  });
});
