import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isObject } from "../../../src/base/json.ts";
import { LEFT_OUT } from "../../../src/routing/explain/words.ts";
import { VERDICTS } from "../../../src/routing/failure/verdict.ts";
import { NEXT } from "../../../src/store/route-record.ts";
import { readGolden } from "./expected.ts";

/** What the goldens tell of all routes together. */
function told() {
  const came = new Set<unknown>();
  const next = new Set<unknown>();
  const codes = new Set<unknown>();
  const outcomes = new Set<unknown>();
  for (const text of readGolden().values()) {
    const { route, outcomes: ends }: { route: unknown; outcomes: readonly unknown[] } = JSON.parse(
      text.slice(text.indexOf("\n{\n")),
    );
    for (const outcome of ends) outcomes.add(outcome);
    if (!isObject(route)) continue;
    for (const turn of listOf(route["turns"])) {
      came.add(turn["came"]);
      next.add(turn["next"]);
    }
    for (const refusal of listOf(route["refused"])) codes.add(refusal["code"]);
  }
  return { came, next, codes, outcomes };
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function missing(words: readonly string[], ...seen: readonly ReadonlySet<unknown>[]) {
  return words.filter((word) => !seen.some((set) => set.has(word)));
}

describe("the goldens of routes", () => {
  const { came, next, codes, outcomes } = told();

  it("have every reason for which a place is left out", () => {
    assert.deepEqual(missing(Object.keys(LEFT_OUT), came, codes), []);
  });

  it("have every way in which an attempt fails", () => {
    assert.deepEqual(missing(Object.keys(VERDICTS), came), []);
  });

  it("have everything that follows a turn", () => {
    assert.deepEqual(missing(NEXT, next), []);
  });

  it("have every end of an attempt that is no error", () => {
    assert.deepEqual(missing(["ok", "retried", "failed_over"], outcomes), []);
  });

  it("name nothing by a word that is none of these", () => {
    const known = [...Object.keys(LEFT_OUT), ...Object.keys(VERDICTS), "ok", "client_closed"];
    const others = [...came, ...codes].filter((word) => !known.includes(String(word)));
    assert.deepEqual(others, []);
  });
});
