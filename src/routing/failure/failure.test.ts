import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ERRORS, type ErrorCode } from "../../base/errors.ts";
import { backoffMs } from "./backoff.ts";
import { repetitionsFor } from "./client-repeats.ts";
import { type NextStep, nextStep } from "./next-step.ts";
import { type FailureKind, kindOfCode, mayMove, VERDICTS } from "./verdict.ts";

const KINDS = Object.keys(VERDICTS).filter((name): name is FailureKind => name in VERDICTS);

describe("VERDICTS", () => {
  const ROWS: readonly (readonly [FailureKind, "moves" | "moves a stored key's" | "shows"])[] = [
    ["unreachable", "moves"],
    ["reset", "moves"],
    ["timeout", "moves"],
    ["slow", "moves"],
    ["malformed", "moves"],
    ["overloaded", "moves"],
    ["server", "moves"],
    ["rate_limit", "moves"],
    ["quota", "moves"],
    ["unsayable", "moves"],
    ["authentication", "moves a stored key's"],
    ["permission", "moves a stored key's"],
    ["billing", "moves a stored key's"],
    ["not_found", "shows"],
    ["invalid_request", "shows"],
    ["context_overflow", "shows"],
    ["thinking_refused", "shows"],
    ["too_large", "shows"],
  ];
  for (const [kind, expected] of ROWS) {
    it(`X-F5 ${kind} ${expected}`, () => {
      assert.equal(mayMove({ kind }, false), expected !== "shows");
      assert.equal(mayMove({ kind }, true), expected === "moves");
    });
  }

  it("has a row for every kind", () => {
    assert.deepEqual(ROWS.map(([kind]) => kind).toSorted(), KINDS.toSorted());
  });

  it("law 4: blames the deployment for nothing that a credential was refused for", () => {
    const shared = KINDS.filter((kind) => VERDICTS[kind].blames === "deployment");
    assert.deepEqual(shared.toSorted(), [
      "malformed",
      "overloaded",
      "reset",
      "server",
      "slow",
      "timeout",
      "unreachable",
    ]);
  });

  it("knows every upstream's failure that the table of errors says another upstream may cure", () => {
    for (const [code, { retry, source }] of Object.entries(ERRORS)) {
      if (source !== "upstream") continue;
      assert.equal(kindOfCode(code as ErrorCode) !== undefined, retry === "other", code);
    }
  });
});

describe("backoffMs", () => {
  it("X-F5 doubles from half a second to five, spread by a fifth", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 9].map((n) => backoffMs(n, 0.5)),
      [500, 1_000, 2_000, 4_000, 5_000, 5_000],
    );
    fc.assert(
      fc.property(fc.nat(40), fc.double({ min: 0, max: 1, noNaN: true }), (n, random) => {
        const base = Math.min(500 * 2 ** n, 5_000);
        const waited = backoffMs(n, random);
        assert.ok(waited >= Math.round(base * 0.8) && waited <= Math.round(base * 1.2));
      }),
    );
  });
});

describe("repetitionsFor", () => {
  const ROWS: readonly (readonly [string | undefined, number])[] = [
    ["claude-cli", 0],
    ["Anthropic/JS", 0],
    ["OpenAI/JS", 0],
    ["codex_exec", 0],
    ["GeminiCLI-tui", 0],
    ["google-genai-sdk", 2],
    ["curl", 2],
    ["somebody", 0],
    [undefined, 0],
  ];
  for (const [client, repetitions] of ROWS) {
    it(`never multiplies what ${client} does itself`, () =>
      assert.equal(repetitionsFor(client), repetitions));
  }
});

describe("nextStep", () => {
  const PATIENCE = { repetitions: 0, waitMs: 2_000 };
  const BASE = { isOwnCredential: false, hasOthers: true, repeated: 0 };

  it("rel:U-10 waits a short retry-after out once, and moves after a long one", () => {
    const after = (retryAfterMs: number, repeated = 0) =>
      nextStep(
        { ...BASE, failure: { kind: "rate_limit", retryAfterMs }, repeated },
        PATIENCE,
        () => 0.5,
      );
    assert.deepEqual(after(1_500), { step: "repeat", afterMs: 1_500, isAsked: true });
    assert.deepEqual(after(0), { step: "repeat", afterMs: 500, isAsked: true });
    assert.equal(after(1_500, 1).step, "move");
    assert.equal(after(2_001).step, "move");
    assert.equal(after(1e12).step, "move");
  });

  it("never repeats more than it may, never what cannot change, and never waits longer than asked for", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
        fc.boolean(),
        fc.boolean(),
        fc.nat(6),
        fc.record({ repetitions: fc.nat(5), waitMs: fc.nat(10_000) }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (kind, retryAfterMs, isOwnCredential, hasOthers, repeated, patience, random) => {
          const failure = { kind, retryAfterMs };
          const standing = { failure, isOwnCredential, hasOthers, repeated };
          const next: NextStep = nextStep(standing, patience, () => random);
          if (next.step === "repeat") {
            assert.equal(VERDICTS[kind].repeats, true);
            assert.ok(repeated < Math.max(1, patience.repetitions));
            assert.ok(next.afterMs <= Math.max(patience.waitMs, 6_000));
            assert.ok(next.afterMs >= (retryAfterMs ?? 0));
          } else if (next.step === "move") {
            assert.ok(hasOthers && mayMove(failure, isOwnCredential));
          } else assert.ok(!hasOthers || !mayMove(failure, isOwnCredential));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
