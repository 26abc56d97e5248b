import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Secret } from "../base/secret.ts";
import { probePauseMs } from "./probe-pace.ts";
import { type Probe, type ProbeAnswer, Prober, type ProberOptions } from "./prober.ts";
import type { Redirected } from "./redirects.ts";

const MINUTE = 60_000;
const A = { principal: "dev", account: "a" };
const B = { principal: "dev", account: "b" };
const LIMITS = ["anthropic-ratelimit-unified-5h-utilization", "0.95"];
const TOLD: ProbeAnswer = { status: 200, headers: LIMITS };
const REFUSED: ProbeAnswer = { status: 401, headers: [] };
const SILENT: ProbeAnswer = { status: 200, headers: [] };

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 }));
afterEach(() => mock.timers.reset());

const redirected = (owner = A, untilMs = 1e12): Redirected => ({
  owner,
  sinceMs: 0,
  windows: [{ window: "5h", usedPercent: 95, untilMs }],
});

/** Lets promises settle while timers are mocked. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

async function pass(minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i += 1) {
    mock.timers.tick(MINUTE);
    await settle();
  }
}

function openBench(
  answer: (probe: Probe) => ProbeAnswer,
  more: Partial<ProberOptions> & { readonly key?: Secret; readonly endpoint?: "messages" } = {},
) {
  const sent: string[] = [];
  const learned: string[] = [];
  const silent: string[] = [];
  const redirects = new Map([
    [A.account, redirected(A)],
    [B.account, redirected(B)],
  ]);
  const prober: Prober = new Prober({
    settings: () => ({
      intervalMs: 5 * MINUTE,
      model: "m",
      endpoint: more.endpoint ?? "auto",
      key: more.key,
    }),
    send: async (probe) => {
      const { endpoint, credential, isCallers } = probe;
      const by = isCallers ? "" : " key";
      sent.push(`${Date.now() / MINUTE} ${endpoint} ${credential.reveal()}${by}`);
      return answer(probe);
    },
    check: ({ account }) => {
      const found = redirects.get(account);
      if (found !== undefined && (found.windows[0]?.untilMs ?? 0) > Date.now()) return found;
      prober.stop({ principal: "dev", account });
      return undefined;
    },
    learn: ({ account }) => learned.push(account),
    onProbed: () => {},
    onSilentCount: ({ account }) => silent.push(account),
    now: () => Date.now(),
    random: () => 0.5,
    ...more,
  });
  const keep = (token: string, owner = A) => {
    const found = redirects.get(owner.account);
    assert.ok(found);
    prober.keep(found, new Secret(token));
  };
  return {
    prober,
    sent,
    learned,
    silent,
    redirects,
    keep,
    times: () => sent.map(Number.parseFloat),
  };
}

describe("Prober", () => {
  it("S1-036, S1-107: asks every five minutes while redirected, and not before or after", async () => {
    const { prober, sent, keep, learned } = openBench(() => TOLD);
    await pass(20);
    assert.deepEqual(sent, []);
    keep("T");
    await pass(11);
    assert.deepEqual(sent, ["25 count_tokens T", "30 count_tokens T"]);
    assert.deepEqual(learned, ["a", "a"]);
    prober.stop(A);
    await pass(60);
    assert.equal(sent.length, 2);
  });

  it("S1-110: pauses 5, 5, 5, 10, 20, 40, 60, 60 minutes while it fails", async () => {
    const { keep, times } = openBench(() => REFUSED);
    keep("T");
    await pass(206);
    assert.deepEqual(times(), [5, 10, 15, 25, 45, 85, 145, 205]);
  });

  it("S1-111: begins anew with a new credential", async () => {
    const { keep, times } = openBench(() => REFUSED);
    keep("T");
    await pass(86);
    assert.deepEqual(times(), [5, 10, 15, 25, 45, 85]);
    keep("T");
    await pass(1);
    keep("T2");
    await pass(16);
    assert.deepEqual(times().slice(6), [92, 97, 102]);
  });

  it("S1-110: counts failures in a row", async () => {
    let count = 0;
    const { keep, times } = openBench(() => {
      count += 1;
      return count % 3 === 0 ? TOLD : REFUSED;
    });
    keep("T");
    await pass(41);
    assert.deepEqual(times(), [5, 10, 15, 20, 25, 30, 35, 40]);
  });

  it("C-08, S1-113: asks with a message where a count tells nothing, and says so once", async () => {
    const { keep, sent, silent, learned } = openBench(({ endpoint }) =>
      endpoint === "messages" ? TOLD : SILENT,
    );
    keep("T");
    await pass(11);
    assert.deepEqual(sent, ["5 count_tokens T", "5 messages T", "10 messages T"]);
    assert.deepEqual(silent, ["a"]);
    assert.deepEqual(learned, ["a", "a"]);
  });

  it("C-08: does not try the message after a refusal, nor the count where the message is configured", async () => {
    const refused = openBench(() => REFUSED);
    refused.keep("T");
    const messages = openBench(() => TOLD, { endpoint: "messages" });
    messages.keep("T");
    await pass(5);
    assert.deepEqual(refused.sent, ["5 count_tokens T"]);
    assert.deepEqual(messages.sent, ["5 messages T"]);
  });

  it("S1-038, S1-123: holds no caller's credential where a key is configured", async () => {
    const { prober, sent, keep } = openBench(() => TOLD, { key: new Secret("K") });
    keep("T");
    assert.equal(prober.heldCredentials, 0);
    await pass(5);
    assert.deepEqual(sent, ["5 count_tokens K key"]);
  });

  it("S1-120: forgets the credential once the session is used again", async () => {
    const { prober, keep, redirects } = openBench(() => TOLD);
    keep("T");
    assert.equal(prober.heldCredentials, 1);
    redirects.delete(A.account);
    await pass(5);
    assert.equal(prober.heldCredentials, 0);
  });

  it("C-01, S1-124: each account is asked for with its own credential only", async () => {
    const { keep, sent } = openBench(() => TOLD);
    keep("TA", A);
    keep("TB", B);
    await pass(5);
    assert.deepEqual(sent.toSorted(), ["5 count_tokens TA", "5 count_tokens TB"]);
  });

  it("looks at the reset even when that comes before the next probe", async () => {
    const { prober, redirects, sent } = openBench(() => TOLD);
    redirects.set(A.account, redirected(A, 2 * MINUTE));
    prober.keep(redirected(A, 2 * MINUTE), new Secret("T"));
    await pass(1);
    assert.equal(prober.heldCredentials, 1);
    await pass(1);
    assert.equal(prober.heldCredentials, 0);
    assert.deepEqual(sent, []);
  });

  it("lives through a transport that throws", async () => {
    const { keep, times } = openBench(() => {
      throw new Error("no way");
    });
    keep("T");
    await pass(15);
    assert.deepEqual(times(), [5, 10, 15]);
  });
});

describe("probePauseMs", () => {
  it("S1-110: never shortens an interval of more than an hour", () => {
    assert.equal(probePauseMs(7_200_000, 9, 0.5), 7_200_000);
  });

  it("differs a little, so that several do not ask in step", () => {
    assert.equal(probePauseMs(100_000, 0, 0), 95_000);
    assert.equal(probePauseMs(100_000, 0, 1), 105_000);
  });
});
