import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readOutside, urlOfHost } from "./environment.ts";
import { ENVIRONMENT } from "./environment-table.ts";
import { knownKeys } from "./reference.ts";

describe("ANTHROPIC_HOST_OVERRIDE", () => {
  it("is https on port 443 unless told otherwise, and http on loopback with its own port", () => {
    const cases: readonly [string, string][] = [
      ["api.anthropic.com", "https://api.anthropic.com"],
      ["proxy.example:8443", "https://proxy.example:8443"],
      ["127.0.0.1:9", "http://127.0.0.1:9"],
      ["localhost", "https://localhost"],
      ["[::1]:9", "http://[::1]:9"],
      ["::1", "https://[::1]"],
      ["2001:db8::1", "https://[2001:db8::1]"],
    ];
    for (const [text, url] of cases) assert.deepEqual(urlOfHost(text), { ok: true, value: url });
  });

  it("refuses what is not a host with a port", () => {
    for (const text of ["https://x", "x/y", "x:0", "x:99999", "a b", "[::1", ":80", "u@x", "x:y"]) {
      assert.equal(urlOfHost(text).ok, false, text);
    }
  });

  it("warns at start, and gives way to SPILLWAY_ANTHROPIC_URL", () => {
    const read = readOutside(
      {},
      { ANTHROPIC_HOST_OVERRIDE: "127.0.0.1:9", SPILLWAY_ANTHROPIC_URL: "https://a.example" },
    );
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.overrides.map(({ value }) => value),
      ["https://a.example"],
    );
    assert.deepEqual(read.value.warnings, [
      "env ANTHROPIC_HOST_OVERRIDE is not used: env SPILLWAY_ANTHROPIC_URL sets anthropic.url",
      "ANTHROPIC_HOST_OVERRIDE is for tests; SPILLWAY_ANTHROPIC_URL sets the upstream in earnest",
    ]);
  });
});

describe("readOutside", () => {
  it("warns of a SPILLWAY_ variable that nothing reads, naming the nearest", () => {
    const read = readOutside(
      {},
      { SPILLWAY_DATADIR: "/x", SPILLWAY_ZZZ: "1", OTHER: "1", SPILLWAY_TEST_X: "1" },
    );
    assert.ok(read.ok);
    assert.deepEqual(read.value.warnings, [
      "environment variable SPILLWAY_DATADIR is not known; did you mean SPILLWAY_DATA_DIR?",
      "environment variable SPILLWAY_ZZZ is not known",
    ]);
  });

  it("reads variables for fields that exist", () => {
    for (const { path, also = [] } of ENVIRONMENT) {
      for (const field of [path ?? "data.dir", ...also.map((more) => more.path)]) {
        const parts = field.split(".");
        assert.ok(knownKeys(parts.slice(0, -1)).includes(parts.at(-1) ?? ""), field);
      }
    }
  });
});

describe("the variables of lists of models", () => {
  const valueOf = (env: Record<string, string>, path: string): unknown => {
    const read = readOutside({}, env);
    assert.ok(read.ok);
    return read.value.overrides.find((override) => override.path === path)?.value;
  };

  it("S1-068, S1-080 are lists with commas", () => {
    const read = { MODELS_1M: " gemini*, gpt-5 ,", STOCK_1M_MODELS: "claude-opus-4-8" };
    assert.deepEqual(valueOf(read, "models.oneMillion"), ["gemini*", "gpt-5"]);
    assert.deepEqual(valueOf(read, "models.stockOneMillion"), ["claude-opus-4-8"]);
  });

  it("S1-080, X-R10 are JSON for the stock, which the schema refuses where it is not", () => {
    const stock = (text: string) => valueOf({ SEED_STOCK_MODELS: text }, "models.stock");
    assert.deepEqual(stock('[{"id":"claude-x","display_name":"Claude X"},{"id":"claude-y"}]'), [
      { id: "claude-x", name: "Claude X" },
      { id: "claude-y", name: "claude-y" },
    ]);
    assert.equal(stock("claude-x"), "claude-x");
  });
});
