import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../base/secret.ts";
import { type Arranged, arrange } from "./arrange.ts";
import type { Candidate, TryIf, UpstreamMode } from "./candidate.ts";

const OWN = { kind: "own", owner: "dev", class: "subscription" } as const;
const KEY = {
  kind: "stored",
  owner: "org/key",
  class: "stored",
  label: "key",
  secret: new Secret("x"),
} as const;

interface Given {
  readonly at: string;
  readonly pays: "session" | "key" | "nobody";
  readonly tryIf?: TryIf;
  readonly mode?: UpstreamMode;
  readonly target?: object;
  readonly after?: string;
}

function given({ at, pays, tryIf = "always", mode, target = {}, after }: Given): Arranged {
  const credential = {
    session: OWN,
    key: KEY,
    nobody: { kind: "none", owner: at, class: "none" } as const,
  }[pays];
  const candidate: Candidate = {
    deployment: {
      provider: at,
      kind: at,
      origin: `https://${at}.example`,
      pathPrefix: "",
      transport: {
        send: () => assert.fail("nothing is sent"),
        [Symbol.asyncDispose]: async () => {},
      },
      dialectFor: () => assert.fail("nothing is said"),
      authorize: () => [],
      fields: [],
    },
    credential,
    mode: mode ?? (pays === "session" ? "passthrough" : "byok"),
    book: pays === "session" ? "subscription" : "api",
    tryIf,
    reason: "",
  };
  return { candidate, target, session: after };
}

/** `anthropic passthrough always`, with `!` where the overflow's cap is above it. */
function shape(first: Given, ...others: readonly Given[]): readonly string[] {
  return arrange([given(first), ...others.map(given)]).map(
    ({ deployment, mode, tryIf, book, isSpill }) =>
      `${deployment.provider} ${mode} ${book} ${tryIf}${isSpill === true ? " !" : ""}`,
  );
}

const SESSION: Given = { at: "anthropic", pays: "session" };

describe("arrange", () => {
  it("S0-43, X-T2 subscription, then key, then another provider, all within the overflow's cap", () => {
    assert.deepEqual(
      shape(
        SESSION,
        { at: "anthropic", pays: "key", after: "anthropic" },
        { at: "openrouter", pays: "key", after: "anthropic" },
        { at: "ollama", pays: "nobody", after: "anthropic" },
      ),
      [
        "anthropic passthrough subscription always",
        "anthropic byok-overflow overflow failed !",
        "openrouter fallback overflow failed !",
        "ollama fallback api failed",
      ],
    );
  });

  it("R2 a session that is left alone is still what the key is spent for", () => {
    assert.deepEqual(shape({ at: "anthropic", pays: "key", after: "anthropic" }), [
      "anthropic byok-overflow overflow always !",
    ]);
  });

  it("the first is what it is, and another target after it a fallback", () => {
    const target = {};
    assert.deepEqual(
      shape(
        { at: "groq", pays: "key", target },
        { at: "groq", pays: "key", target },
        {
          at: "openai",
          pays: "key",
        },
      ),
      ["groq byok api always", "groq byok api failed", "openai fallback api failed"],
    );
  });

  it("an overflow keeps its turn, unless its session is not tried", () => {
    const spill: Given = {
      at: "anthropic",
      pays: "key",
      mode: "byok-overflow",
      tryIf: "session_full",
      after: "anthropic",
    };
    const [, withSession] = shape(SESSION, spill);
    assert.equal(withSession, "anthropic byok-overflow api session_full");
    const [, without] = shape({ at: "groq", pays: "key" }, spill);
    assert.equal(without, "anthropic byok-overflow api failed");
    assert.deepEqual(shape(spill), ["anthropic byok-overflow api always"]);
  });

  it("a session after its key is for when that could not be used", () => {
    const [, last] = shape(
      { at: "anthropic", pays: "key", mode: "byok-overflow" },
      { ...SESSION, tryIf: "overflow_failed" },
    );
    assert.equal(last, "anthropic passthrough subscription overflow_failed");
  });
});
