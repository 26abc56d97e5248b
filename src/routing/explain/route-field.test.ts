import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MAX_FIELD_BYTES, routeField } from "./route-field.ts";

const KEY = "key main";

const text = fc.oneof(
  fc.constantFrom("groq/llama-4", "vertex/claude@1", 'a"b\\c', "ä\r\nx: y", "", "1st/m"),
  fc.string({ maxLength: 150, unit: "binary" }),
);
const pays = fc.constantFrom("session", KEY, "key ünïcode; x", "the caller's own key", "nobody");
const place = fc.record({ name: text, pays });
const route = fc
  .record({
    candidates: fc.array(place, { minLength: 1, maxLength: 12 }),
    refused: fc.array(fc.record({ name: text, pays, code: fc.option(text, { nil: undefined }) }), {
      maxLength: 12,
    }),
    turns: fc.array(
      fc.record({
        at: fc.nat(11),
        status: fc.option(fc.constantFrom(200, 429, 529), { nil: undefined }),
        came: fc.option(fc.constantFrom("ok", "quota", "busy"), { nil: undefined }),
        pausedMs: fc.option(fc.nat(60_000), { nil: undefined }),
      }),
      { maxLength: 12 },
    ),
    error: fc.option(fc.constantFrom("upstream_busy"), { nil: undefined }),
  })
  .chain((made) =>
    fc.record({
      ...Object.fromEntries(
        Object.entries(made).map(([name, value]) => [name, fc.constant(value)]),
      ),
      answer: made.turns.length === 0 ? fc.constant(undefined) : fc.nat(made.turns.length - 1),
    }),
  ) as fc.Arbitrary<Parameters<typeof routeField>[0]>;

const TOKEN = String.raw`[A-Za-z*][\w!#$%&'*+.^\x60|~:/-]*`;
const STRING = String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"`;
const PARAMETER = String.raw`;[a-z]+(?:=(?:\d+|${TOKEN}))?`;
const ITEM = String.raw`(?:${TOKEN}|${STRING})(?:${PARAMETER})*`;
const LIST = new RegExp(`^${ITEM}(?:, ${ITEM})*$`);

describe("a route in short", () => {
  it("tells who was asked, who answered, what was left out and what was not needed", () => {
    const field = routeField({
      candidates: [
        { name: "anthropic/claude-opus-4-8", pays: "session" },
        { name: "anthropic/claude-opus-4-8", pays: KEY },
        { name: "openrouter/x", pays: KEY },
      ],
      refused: [{ name: "groq/llama-4", pays: KEY, code: "residency" }],
      turns: [
        { at: 0, status: 429, came: "quota", pausedMs: 1_200 },
        { at: 1, status: 200, queuedMs: 30 },
      ],
      answer: 1,
    });
    assert.equal(
      field,
      [
        "anthropic/claude-opus-4-8;pays=session;got=429;why=quota;paused=1200",
        "anthropic/claude-opus-4-8;pays=key:main;queued=30;got=200;answer",
        "groq/llama-4;pays=key:main;out=residency",
        "openrouter/x;pays=key:main;spare",
      ].join(", "),
    );
  });

  it("is a list of structured fields, never longer than it may be, and never without the answer", () => {
    fc.assert(
      fc.property(route, (told) => {
        const field = routeField(told);
        assert.ok(field.length <= MAX_FIELD_BYTES, `${field.length}: ${field}`);
        if (field !== "") assert.match(field, LIST);
        if (told.answer !== undefined) assert.match(field, /;answer(?:,|$)/);
        if (told.error !== undefined) assert.match(field, /\*;error=upstream_busy$/);
      }),
      { numRuns: 500 },
    );
  });

  it("counts what it has no room for", () => {
    const candidates = Array.from({ length: 40 }, (_, n) => ({ name: `groq/m${n}`, pays: KEY }));
    const field = routeField({
      candidates,
      refused: [],
      turns: [{ at: 39, status: 200 }],
      answer: 0,
    });
    const items = field.split(", ");
    const more = Number(/^\*;more=(\d+)$/.exec(items.at(-1) ?? "")?.[1]);
    assert.equal(items.length - 1 + more, 40);
    assert.match(items[0] ?? "", /^groq\/m39;/);
  });
});
