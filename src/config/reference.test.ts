import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isObject } from "../base/json.ts";
import { configJsonSchema, configReference, knownKeys, PINNED_PATHS } from "./reference.ts";
import { configSchema } from "./schema.ts";

function set(group: Record<string, unknown>, parts: readonly string[], value: unknown): void {
  const [key = "", ...rest] = parts;
  if (rest.length === 0) {
    group[key] = value;
    return;
  }
  const found = group[key];
  const inner = isObject(found) ? { ...found } : {};
  set(inner, rest, value);
  group[key] = inner;
}

/** A field of one entry of a list or a map. */
function isMember(path: string): boolean {
  return path.includes("[]") || path.includes("<name>");
}

describe("configReference", () => {
  it("describes every field, and gives a default where one is not required or optional by nature", () => {
    const withoutDefault: string[] = [];
    for (const field of configReference()) {
      assert.match(field.description, /\.$/, field.path);
      if (field.default === undefined) withoutDefault.push(field.path);
    }
    assert.deepEqual(
      withoutDefault.filter((path) => !isMember(path)),
      [
        "listener.maxConnections",
        "data.dir",
        "anthropic.limits.concurrency",
        "anthropic.limits.requestsPerMinute",
        "anthropic.limits.requestsPerDay",
        "anthropic.limits.tokensPerMinute",
        "providers",
        "routing.models",
        "routing.fallbacks",
        "routing.retry.repetitions",
        "overflow.mode",
        "vault.masterKey",
        "vault.previousMasterKey",
        "residency.policy",
        "search.provider",
        "search.url",
        "search.key",
        "egress.extraCa",
        "timeZone",
        "redirect.to",
        "redirect.foreign",
        "redirect.probe.key",
      ],
    );
  });

  it("shows defaults as they would be written", () => {
    const idle = configReference().find(({ path }) => path === "timeouts.idle");
    assert.equal(idle?.type, "duration");
    assert.equal(idle?.default, "180s");
    const level = configReference().find(({ path }) => path === "log.level");
    assert.equal(level?.type, "error | warn | info | debug | trace");
  });

  it("names the variables of a field, the stronger first", () => {
    const url = configReference().find(({ path }) => path === "anthropic.url");
    assert.deepEqual(url?.env, ["SPILLWAY_ANTHROPIC_URL", "ANTHROPIC_HOST_OVERRIDE"]);
  });

  it("knows the fields that need a restart by names that exist", () => {
    const paths = configReference().map(({ path }) => path);
    for (const path of PINNED_PATHS) assert.ok(paths.includes(path), path);
  });

  it("lists what the entries of lists and of maps hold, also where a text alone would do", () => {
    const fields = new Map(configReference().map((field) => [field.path, field]));
    assert.equal(fields.get("providers")?.type, "map to groups");
    assert.equal(fields.get("providers.<name>.url")?.needsRestart, true);
    assert.equal(fields.get("providers.<name>.limits.wait")?.default, "30s");
    assert.equal(fields.get("providers.<name>.keys[].key")?.required, true);
    assert.equal(fields.get("routing.fallbacks.<name>[].model")?.needsRestart, false);
    assert.equal(fields.get("prices[].input")?.type, "decimal");
    assert.ok(![...fields.keys()].some((path) => path.startsWith("routing.aliases.")));
  });

  it("gives defaults that the schema accepts", () => {
    const written: Record<string, unknown> = {};
    for (const { path, default: value } of configReference()) {
      const parts = path.split(".");
      if (parts.length === 1 || value === undefined || isMember(path)) continue;
      set(written, parts, value);
    }
    assert.deepEqual(configSchema.parse(written), configSchema.parse({}));
  });
});

describe("configJsonSchema", () => {
  it("is strict and free of our own keywords", () => {
    const text = JSON.stringify(configJsonSchema());
    assert.ok(!text.includes("x-type"));
    assert.equal(configJsonSchema()["additionalProperties"], false);
    assert.equal(configJsonSchema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
  });
});

describe("knownKeys", () => {
  it("follows groups and lists", () => {
    assert.deepEqual(knownKeys(["log"]), ["format", "level"]);
    assert.ok(knownKeys(["prices", 3]).includes("cacheRead"));
    assert.deepEqual(knownKeys(["nothing"]), []);
  });
});
