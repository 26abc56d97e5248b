import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Secret } from "../../base/secret.ts";
import type { CandidateCredential } from "../candidate.ts";
import { type FailureKind, VERDICTS } from "../failure/verdict.ts";
import { Health, type Placed, type Trial } from "./health.ts";

const SETTINGS = { failures: 5, pauseMs: 1_000, cooldownMs: 2_000, deadKeyMs: 10_000 };

class Scene {
  nowMs = 1_000;
  readonly health = new Health(
    { monotonicMs: () => this.nowMs },
    () => 0.5,
    () => SETTINGS,
  );

  use(placed: Placed): string | undefined {
    return this.health.fitness(placed)?.use;
  }

  fail(placed: Placed, kind: FailureKind, retryAfterMs?: number): void {
    this.health.begin(placed).failed({ kind, retryAfterMs });
  }

  succeed(placed: Placed): void {
    this.health.begin(placed).succeeded();
  }
}

function place(provider: string, credential: CandidateCredential = stored("org/main")): Placed {
  const deployment = { provider, origin: `https://${provider}.example` };
  // Nothing else of a deployment is looked at.
  return { candidate: { deployment, credential }, model: "m" } as unknown as Placed;
}

function stored(owner: string, secret = "sk-1"): CandidateCredential {
  return { kind: "stored", owner, class: "stored", label: owner, secret: new Secret(secret) };
}

const own = (owner: string, kind: "api_key" | "subscription" = "api_key"): CandidateCredential => ({
  kind: "own",
  owner,
  class: kind,
});

describe("Health", () => {
  it("U-10 is told by a probe once: how its long answer ends says nothing of a later pause", () => {
    for (const end of ["abandoned", "failed"] as const) {
      const scene = new Scene();
      const at = place("a");
      for (let i = 0; i < 5; i += 1) scene.fail(at, "overloaded");
      scene.nowMs += 1_000;
      const first = scene.health.begin(at);
      first.begun();
      for (let i = 0; i < 5; i += 1) scene.fail(at, "overloaded");
      scene.nowMs += 1_000;
      scene.health.begin(at);
      assert.equal(scene.use(at), "off", "the second probe is under way");
      first[end]({ kind: "reset" });
      assert.equal(scene.use(at), "off", "and still is");
    }
  });

  it("U-10 lets a probe that was given up for lost give back nobody else's", () => {
    const scene = new Scene();
    const at = place("a");
    for (let i = 0; i < 5; i += 1) scene.fail(at, "overloaded");
    scene.nowMs += 1_000;
    const lost = scene.health.begin(at);
    scene.nowMs += 30_000;
    scene.health.begin(at);
    assert.equal(scene.use(at), "off");
    lost.abandoned();
    assert.equal(scene.use(at), "off");
  });

  it("rel:U-10 opens after five failures in a row, and lets one probe through after each pause", () => {
    const scene = new Scene();
    const at = place("a");
    for (let i = 0; i < 4; i += 1) scene.fail(at, "overloaded");
    scene.succeed(at);
    for (let i = 0; i < 4; i += 1) scene.fail(at, "overloaded");
    assert.equal(scene.use(at), undefined);
    scene.fail(at, "reset");
    assert.equal(scene.use(at), "off");
    scene.nowMs += 999;
    assert.equal(scene.use(at), "off");
    scene.nowMs += 1;
    assert.equal(scene.use(at), undefined);
    const probe = scene.health.begin(at);
    assert.equal(scene.use(at), "off");
    probe.failed({ kind: "overloaded" });
    scene.nowMs += 1_999;
    assert.equal(scene.use(at), "off");
    scene.nowMs += 1;
    scene.health.begin(at).succeeded();
    assert.equal(scene.use(at), undefined);
    assert.deepEqual(scene.health.troubles(), []);
  });

  it("gives a probe back whose client left", () => {
    const scene = new Scene();
    const at = place("a");
    for (let i = 0; i < 5; i += 1) scene.fail(at, "server");
    scene.nowMs += 1_000;
    const probe = scene.health.begin(at);
    assert.equal(scene.use(at), "off");
    probe.abandoned();
    assert.equal(scene.use(at), undefined);
  });

  it("pauses for at most five minutes", () => {
    const scene = new Scene();
    const at = place("a");
    for (let i = 0; i < 5; i += 1) scene.fail(at, "server");
    for (let i = 0; i < 20; i += 1) {
      scene.nowMs += 300_000;
      assert.equal(scene.use(at), undefined);
      scene.fail(at, "server");
      assert.equal(scene.use(at), "off");
    }
  });

  it("ejects one of which half fails, though never five in a row", () => {
    const scene = new Scene();
    const at = place("a");
    for (let i = 0; i < 10 && scene.use(at) === undefined; i += 1) {
      scene.fail(at, "overloaded");
      if (scene.use(at) === undefined) scene.succeed(at);
    }
    assert.equal(scene.use(at), "off");
  });

  it("cools one credential down, for as long as it was told or as is usual, an hour at most", () => {
    const scene = new Scene();
    const [mine, other] = [place("a", stored("org/1")), place("a", stored("org/2"))];
    scene.fail(mine, "rate_limit", 7_000);
    assert.deepEqual([scene.use(mine), scene.use(other)], ["last", undefined]);
    scene.nowMs += 6_999;
    assert.equal(scene.use(mine), "last");
    scene.nowMs += 1;
    assert.equal(scene.use(mine), undefined);
    scene.fail(mine, "rate_limit");
    scene.nowMs += 2_000;
    assert.equal(scene.use(mine), undefined);
    scene.fail(mine, "rate_limit", 1e12);
    scene.nowMs += 3_600_000;
    assert.equal(scene.use(mine), undefined);
  });

  it("leaves a refused key alone until another takes its place, or one request finds out", () => {
    const scene = new Scene();
    const at = place("a", stored("org/1", "sk-old"));
    scene.fail(at, "authentication");
    assert.equal(scene.use(at), "off");
    assert.equal(scene.use(place("a", stored("org/1", "sk-new"))), undefined);
    scene.nowMs += 10_000;
    assert.equal(scene.use(at), undefined);
    const trial = scene.health.begin(at);
    assert.equal(scene.use(at), "off");
    trial.succeeded();
    assert.equal(scene.use(at), undefined);
  });

  it("law 4: remembers nothing of what a session or a caller's own refused key is told", () => {
    const scene = new Scene();
    for (const kind of ["authentication", "permission", "billing"] as const) {
      scene.fail(place("a", own("alice")), kind);
      scene.fail(place("a", own("alice", "subscription")), kind);
    }
    scene.fail(place("a", own("alice", "subscription")), "rate_limit", 60_000);
    scene.fail(place("a", own("alice", "subscription")), "quota", 60_000);
    assert.deepEqual(scene.health.troubles(), []);
    scene.fail(place("a", own("alice")), "rate_limit", 60_000);
    assert.deepEqual(
      scene.health.troubles().map(({ owner, state }) => [owner, state]),
      [["alice", "cooling"]],
    );
  });

  it("remembers a bounded number of places", () => {
    const scene = new Scene();
    for (let i = 0; i < 3_000; i += 1) {
      scene.fail(place(`p${i}`), "authentication");
      for (let n = 0; n < 5; n += 1) scene.fail(place(`p${i}`), "server");
    }
    assert.equal(scene.health.troubles().length, 2_000);
  });

  it("holds its laws in thousands of simulated worlds", () => {
    const USERS = ["alice", "bob", "carol"];
    const PROVIDERS = ["a", "b"];
    const kinds = Object.keys(VERDICTS).filter((kind): kind is FailureKind => kind in VERDICTS);
    const step = fc.record({
      user: fc.constantFrom(...USERS),
      provider: fc.constantFrom(...PROVIDERS),
      credential: fc.constantFrom("api_key" as const, "subscription" as const, "stored" as const),
      end: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...kinds) },
        fc.constantFrom("success" as const, "abandoned" as const, "open" as const),
      ),
      retryAfterMs: fc.option(fc.nat(100_000), { nil: undefined }),
      passesMs: fc.oneof(fc.nat(10), fc.nat(3_000)),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const scene = new Scene();
        const open: { trial: Trial; provider: string }[] = [];
        for (const { user, provider, credential, end, retryAfterMs, passesMs } of steps) {
          scene.nowMs += passesMs;
          const held = credential === "stored" ? stored(user) : own(user, credential);
          const at = place(provider, held);
          const others = USERS.filter((name) => name !== user).map((name) =>
            place(provider, own(name)),
          );
          const before = others.map((other) => scene.use(other));
          const wasHalfOpen =
            scene.health.isOpen(at) && scene.use(place(provider, own("nobody"))) === undefined;
          const trial = scene.health.begin(at);
          // While a probe is out nobody else is sent there.
          if (wasHalfOpen) assert.equal(scene.use(place(provider, own("nobody"))), "off");
          if (end === "open") open.push({ trial, provider });
          else if (end === "success") trial.succeeded();
          else if (end === "abandoned") trial.abandoned();
          else {
            trial.failed({ kind: end, retryAfterMs });
            const isShared = VERDICTS[end].blames === "deployment";
            if (!isShared && !wasHalfOpen) {
              // A user's failure is the user's.
              const now = others.map((other) => scene.use(other));
              assert.deepEqual(
                now.filter((use, i) => use !== undefined && before[i] === undefined),
                [],
              );
            }
          }
          for (const { owner, state } of scene.health.troubles()) {
            assert.equal(owner === undefined, state === "open" || state === "half_open");
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
