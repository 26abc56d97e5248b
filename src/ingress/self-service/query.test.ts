import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readChoice, readCount, readId, readPeriod } from "./query.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const DAY = 86_400_000;
const of = (text: string) => new URLSearchParams(text);

function messageOf(result: {
  readonly ok: boolean;
  readonly error?: { readonly message: string };
}) {
  return result.ok ? undefined : result.error?.message;
}

describe("query parameters of the own endpoints", () => {
  it("looks at the last 30 days unless told otherwise", () => {
    assert.deepEqual(readPeriod(of(""), NOW), {
      ok: true,
      value: { from: NOW - 30 * DAY, to: NOW },
    });
    assert.deepEqual(readPeriod(of("from=2026-11-01&to=2026-11-02T06:30:00Z"), NOW), {
      ok: true,
      value: { from: Date.parse("2026-11-01"), to: Date.parse("2026-11-02T06:30:00Z") },
    });
  });

  for (const text of [
    "from=yesterday",
    "from=",
    "to=2026-13-45",
    "from=2026-11-22&to=2026-11-21",
    "from=1990-01-01",
    "from=2026-11-01'%20OR%201=1",
    "to=1e999",
  ]) {
    it(`refuses the period ${text}`, () => {
      assert.match(messageOf(readPeriod(of(text), NOW)) ?? "", /^The parameter "(?:from|to)"/);
    });
  }

  it("reads counts within bounds", () => {
    const bounds = { fallback: 50, most: 200 };
    assert.deepEqual(readCount(of(""), "limit", bounds), { ok: true, value: 50 });
    assert.deepEqual(readCount(of("limit=200"), "limit", bounds), { ok: true, value: 200 });
    for (const text of ["0", "201", "-1", "1.5", "1e2", "0x10", "", "99999999999", " 5"]) {
      const result = readCount(new URLSearchParams({ limit: text }), "limit", bounds);
      assert.match(messageOf(result) ?? "", /limit/, text);
    }
  });

  it("reads ids by their shape alone", () => {
    const id = `spx_${"0".repeat(26)}`;
    assert.deepEqual(readId(of(`before=${id}`), "before"), { ok: true, value: id });
    assert.deepEqual(readId(of(""), "before"), { ok: true, value: undefined });
    for (const text of ["spx_1", `${id}x`, `${id}'--`, "__proto__", "%25%25", ""]) {
      assert.equal(readId(of(`before=${text}`), "before").ok, false, text);
    }
  });

  it("H-10: takes words from its list only, and never echoes what it refuses", () => {
    const choices = ["none", "day"] as const;
    assert.deepEqual(readChoice(of(""), "by", choices), { ok: true, value: "none" });
    assert.deepEqual(readChoice(of("by=day"), "by", choices), { ok: true, value: "day" });
    for (const text of ["__proto__", "constructor", "DAY", "<script>"]) {
      const message = messageOf(readChoice(new URLSearchParams({ by: text }), "by", choices));
      assert.ok(message !== undefined && !message.includes(text), text);
    }
  });
});
