import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { UpstreamLimits } from "./limits.ts";
import { type Permit, UpstreamQueue } from "./upstream-queue.ts";
import { VirtualTime } from "./virtual-time.fixture.ts";

const SEEDS = 2_000;

/** Numbers from 0 to 1 that a seed gives again (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Sent {
  readonly atMs: number;
  readonly principal: string;
  tokens: number;
}

/** One world: principals whose requests come, wait, are answered or leave. */
class World {
  readonly time = new VirtualTime();
  readonly queue: UpstreamQueue;
  readonly sent: Sent[] = [];
  readonly refused: { readonly retryAfterMs: number; readonly reason: string }[] = [];
  asked = 0;
  left = 0;
  running = 0;
  mostRunning = 0;
  ended = 0;
  readonly limits: UpstreamLimits;

  constructor(limits: UpstreamLimits) {
    this.limits = limits;
    this.queue = new UpstreamQueue(limits, this.time);
  }

  /** A request that takes so long once it is sent; one that leaves does so after `leavesMs`. */
  ask(
    principal: string,
    { tokens, takesMs, usesTokens = tokens, leavesMs }: Request,
    session = "s",
  ): void {
    this.asked += 1;
    const claim = { principal, session, tokens };
    const entered = this.queue.enter(claim);
    if (entered !== undefined) {
      this.#send(principal, entered, { tokens, takesMs, usesTokens });
      return;
    }
    const { done, leave } = this.queue.wait(claim, this.limits.waitMs);
    let hasLeft = false;
    if (leavesMs !== undefined) {
      this.time.after(leavesMs, () => {
        hasLeft = true;
        leave();
      });
    }
    void done.then((result) => {
      if (!result.ok) {
        if (hasLeft) this.left += 1;
        else this.refused.push(result.error);
      } else this.#send(principal, result.value, { tokens, takesMs, usesTokens });
    });
  }

  #send(principal: string, permit: Permit, { tokens, takesMs, usesTokens = tokens }: Request) {
    const sent = { atMs: this.time.nowMs(), principal, tokens };
    this.sent.push(sent);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    this.time.after(takesMs, () => {
      this.running -= 1;
      this.ended += 1;
      permit[Symbol.dispose]();
      permit[Symbol.dispose]();
      permit.settle(usesTokens);
    });
  }
}

interface Request {
  readonly tokens: number;
  readonly takesMs: number;
  readonly usesTokens?: number;
  readonly leavesMs?: number | undefined;
}

const LIMITS: UpstreamLimits = { waitMs: 30_000, queue: 1_000, pace: true };

/** The most that any span of a minute holds. */
function mostInMinute(sent: readonly Sent[], amountOf: (one: Sent) => number): number {
  return Math.max(
    0,
    ...sent.map(({ atMs }) =>
      sent
        .filter((one) => one.atMs >= atMs && one.atMs < atMs + 60_000)
        .reduce((sum, one) => sum + amountOf(one), 0),
    ),
  );
}

describe("UpstreamQueue, simulated", () => {
  it(`holds every limit, gives back every place and lets nobody starve, in ${SEEDS} worlds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = randomOf(seed);
      const concurrency = 1 + Math.floor(random() * 6);
      const requestsPerMinute = 5 + Math.floor(random() * 60);
      const tokensPerMinute = 2_000 + Math.floor(random() * 20_000);
      const world = new World({
        ...LIMITS,
        concurrency,
        requestsPerMinute,
        tokensPerMinute,
        waitMs: 1_000 + random() * 120_000,
        queue: 1 + Math.floor(random() * 80),
      });
      const count = 20 + Math.floor(random() * 60);
      for (let i = 0; i < count; i += 1) {
        const principal = `p${Math.floor(random() * random() * 5)}`;
        const request = {
          tokens: Math.floor(random() * 1_500),
          takesMs: random() * 20_000,
          leavesMs: random() < 0.2 ? random() * 30_000 : undefined,
        };
        world.time.after(random() * 60_000, () => {
          world.ask(principal, request, `s${Math.floor(request.tokens) % 3}`);
        });
      }
      await world.time.runUntil(3_600_000);
      const context = `seed ${seed}`;
      assert.equal(world.asked, count, context);
      assert.equal(world.sent.length + world.refused.length + world.left, count, context);
      assert.equal(world.ended, world.sent.length, context);
      assert.ok(world.mostRunning <= concurrency, `${context}: ${world.mostRunning} at a time`);
      assert.ok(mostInMinute(world.sent, () => 1) <= requestsPerMinute, context);
      assert.ok(mostInMinute(world.sent, ({ tokens }) => tokens) <= tokensPerMinute, context);
      for (const { retryAfterMs } of world.refused) {
        assert.ok(retryAfterMs >= 1_000 && retryAfterMs <= 59_000, `${context}: ${retryAfterMs}`);
      }
      assert.equal(world.queue.running, 0, context);
      assert.equal(world.queue.waiting, 0, context);
      assert.ok(world.queue.isIdle, `${context}: something is remembered for ever`);
      assert.equal(world.time.pending, 0, `${context}: a timer is left`);
    }
  });

  it("S3-02: takes 50 at once through 10 a minute without an error where the wait is long enough", async () => {
    const world = new World({ ...LIMITS, requestsPerMinute: 10, waitMs: 300_000 });
    for (let i = 0; i < 50; i += 1) world.ask("ci", { tokens: 100, takesMs: 2_000 });
    await world.time.runUntil(600_000);
    assert.equal(world.sent.length, 50);
    assert.deepEqual(world.refused, []);
    assert.equal(
      mostInMinute(world.sent, () => 1),
      10,
    );
  });

  it("S3-02: says when to come again at once where the wait is too short for any room", async () => {
    const world = new World({ ...LIMITS, requestsPerMinute: 10 });
    for (let i = 0; i < 50; i += 1) world.ask("ci", { tokens: 100, takesMs: 2_000 });
    await world.time.runUntil(0);
    assert.equal(world.sent.length, 10);
    assert.equal(world.refused.length, 40);
    for (const { reason, retryAfterMs } of world.refused) {
      assert.equal(reason, "no_room");
      assert.ok(retryAfterMs > 0 && retryAfterMs <= 59_000);
    }
  });

  it("S3-01: one user's fan-out takes nothing of another's turn, in 500 worlds", async () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const random = randomOf(seed);
      const concurrency = 1 + Math.floor(random() * 4);
      const world = new World({ ...LIMITS, concurrency, waitMs: 3_600_000 });
      for (let i = 0; i < 40; i += 1) {
        world.ask("crowd", { tokens: 1_000, takesMs: 1_000 + random() * 5_000 }, `agent-${i}`);
      }
      // Asks again whenever it was answered, as one developer does.
      const singles = 5;
      for (let i = 0; i < singles; i += 1) {
        const before = world.sent.length;
        world.ask("single", { tokens: 1_000, takesMs: 1_000 });
        while (!world.sent.slice(before).some(({ principal }) => principal === "single")) {
          await world.time.runUntil(world.time.nowMs() + 50);
        }
        const passed = world.sent
          .slice(before)
          .findIndex(({ principal }) => principal === "single");
        assert.ok(passed <= 1, `seed ${seed}: ${passed} of the crowd went first`);
      }
    }
  });

  it("corrects what a request took by what it used", async () => {
    const world = new World({ ...LIMITS, tokensPerMinute: 1_000, waitMs: 120_000 });
    world.ask("a", { tokens: 900, takesMs: 1_000, usesTokens: 100 });
    world.ask("a", { tokens: 900, takesMs: 1_000, usesTokens: 5_000 });
    world.ask("a", { tokens: 100, takesMs: 1_000 });
    await world.time.runUntil(1_000_000);
    const [first, second, third] = world.sent.map(({ atMs }) => atMs);
    assert.equal(first, 0);
    assert.equal(second, 1_000);
    assert.ok((third ?? 0) > 60_000, `the third went after ${third} ms`);
  });

  it("counts a further request of an answer, and lets the next ones wait for it", () => {
    const { queue } = new World({ ...LIMITS, requestsPerMinute: 3 });
    const claim = { principal: "a", session: "s", tokens: 1 };
    const permit = queue.enter(claim);
    assert.ok(permit !== undefined);
    permit.again();
    assert.ok(queue.enter(claim) !== undefined);
    assert.equal(queue.enter(claim), undefined);
  });

  it("sends nothing while the upstream has told it so, and goes on then", async () => {
    const world = new World({ ...LIMITS, concurrency: 5 });
    world.queue.pause(20_000);
    world.ask("a", { tokens: 1, takesMs: 10 });
    await world.time.runUntil(19_999);
    assert.equal(world.sent.length, 0);
    await world.time.runUntil(20_001);
    assert.equal(world.sent.length, 1);
  });

  it("refuses at once what would be one too many in the queue", async () => {
    const world = new World({ ...LIMITS, concurrency: 1, queue: 2 });
    for (let i = 0; i < 4; i += 1) world.ask("a", { tokens: 1, takesMs: 1_000 });
    await world.time.runUntil(0);
    assert.deepEqual(
      world.refused.map(({ reason }) => reason),
      ["full"],
    );
    await world.time.runUntil(10_000);
    assert.equal(world.sent.length, 3);
  });
});
