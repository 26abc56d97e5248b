import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { allEvents, call, type Fields, startTestGateway } from "../fault/rig.ts";
import { type Mood, type MoodyUpstream, startMoodyUpstream } from "./moody-upstream.ts";

const SESSIONS = 20;
/** Of each of the four ways of being dead: a minute together. */
const DEAD_MS = 15_000;
const DEAD: readonly Mood[] = ["refused", "full", "stalled", "reset"];
/** What Claude Code sends of its own in front of the first word. */
const SYSTEM = "You are an interactive agent that helps with software engineering. ".repeat(300);

/** One turn, as its client saw it. */
interface Seen {
  readonly mood: Mood;
  readonly status: number;
  /** A whole answer; a failed one of which nothing was shown; one that broke off visibly; one that ended as if it were whole. */
  readonly end: "whole" | "failed" | "broken" | "silent";
  readonly by: string;
}

interface Outcome {
  readonly seen: readonly Seen[];
  readonly records: readonly Fields[];
  readonly primary: Pick<MoodyUpstream, "asked" | "answered">;
}

describe("S3-65, S4-56: twenty sessions through an outage of a minute", () => {
  let outcome: Outcome;

  before(
    async () => {
      outcome = await outage();
    },
    { timeout: 240_000 },
  );

  it("fails nothing that had not begun", () => {
    const { seen } = outcome;
    for (const mood of DEAD) {
      const turns = seen.filter((turn) => turn.mood === mood);
      assert.ok(turns.length >= SESSIONS, `${turns.length} turns while ${mood}`);
    }
    assert.deepEqual(
      seen.filter(({ end }) => end === "failed"),
      [],
    );
  });

  it("is answered by the other place meanwhile, and by the first one before and after", () => {
    const { seen } = outcome;
    const duringOutage = seen.filter(({ mood }) => DEAD.includes(mood));
    assert.ok(duringOutage.some(({ by }) => by === "backup"));
    assert.equal(seen[0]?.by, "anthropic");
    assert.equal(seen.at(-1)?.by, "anthropic");
  });

  it("ends an answer that had begun so that its client can see it, and counts it", () => {
    const { seen, records } = outcome;
    assert.ok(seen.some(({ mood, end }) => mood === "broken" && end === "broken"));
    assert.deepEqual(
      seen.filter(({ end }) => end === "silent"),
      [],
    );
    const lost = records.filter(({ finish }) => finish === "upstream_lost");
    assert.equal(lost.length, seen.filter(({ end }) => end === "broken").length);
  });

  it("has one record for each turn", () => {
    const { seen, records } = outcome;
    assert.equal(records.length, seen.length);
    assert.ok(records.every(({ finish }) => finish !== null && finish !== "indeterminate"));
  });

  it("does not go on asking a place that is dead", () => {
    const { seen, primary } = outcome;
    const turns = seen.filter(({ mood }) => DEAD.includes(mood)).length;
    const wasted = primary.asked - primary.answered;
    assert.ok(wasted < turns / 2, `${wasted} of ${turns} turns were sent to a dead place`);
  });
});

async function outage(): Promise<Outcome> {
  await using primary = await startMoodyUpstream("primary");
  await using backup = await startMoodyUpstream("backup");
  await using gateway = await startTestGateway(primary.url, {
    env: { BACKUP_KEY: "sk-of-the-backup" },
    config: `providers:
  backup: { kind: anthropic-compatible, url: "${backup.url}", key: "env:BACKUP_KEY" }
routing:
  fallbacks:
    "*": [backup/claude-opus-4-8]
timeouts:
  connect: 1s
  headers: 2s
`,
  });
  let mood: Mood = "well";
  let isOver = false;
  const seen: Seen[] = [];
  const sessions = Array.from({ length: SESSIONS }, async () => {
    const id = randomUUID();
    const messages: { role: string; content: string }[] = [];
    while (!isOver) {
      messages.push({
        role: "user",
        content: `Turn ${messages.length}. ${"context ".repeat(500)}`,
      });
      seen.push(await oneTurn(gateway, id, messages.slice(-20), mood));
      messages.push({ role: "assistant", content: "Done." });
      await sleep(100);
    }
  });
  const change = async (next: Mood, ms: number): Promise<void> => {
    await primary.turn(next);
    mood = next;
    await sleep(ms);
  };
  await change("well", 2_000);
  for (const dead of DEAD) await change(dead, DEAD_MS);
  await change("well", 2_000);
  await eventuallyBy(() => seen.at(-1)?.by === "anthropic");
  await change("broken", 2_000);
  await change("well", 1_000);
  await eventuallyBy(() => seen.at(-1)?.by === "anthropic");
  isOver = true;
  await Promise.all(sessions);
  await sleep(200);
  return { seen, records: await allEvents(gateway), primary };
}

async function oneTurn(
  gateway: Parameters<typeof call>[0],
  session: string,
  messages: readonly object[],
  mood: Mood,
): Promise<Seen> {
  const answer = await call(gateway, {
    headers: {
      "x-api-key": "sk-ant-api03-chaos",
      "x-claude-code-session-id": session,
      "user-agent": "claude-cli/2.1.329 (external, cli)",
    },
    body: JSON.stringify({
      model: "claude-opus-4-8",
      max_tokens: 1_000,
      stream: true,
      system: SYSTEM,
      messages,
    }),
    timeoutMs: 60_000,
  });
  const text = answer.body.toString();
  const hasBegun = text.includes("content_block_start");
  const isWhole = answer.status === 200 && answer.complete && text.includes("message_stop");
  const isTold = !answer.complete || text.includes("event: error");
  return {
    mood,
    status: answer.status,
    end: isWhole ? "whole" : hasBegun ? (isTold ? "broken" : "silent") : "failed",
    by: String(answer.headers["x-spillway-provider"]),
  };
}

async function eventuallyBy(isThere: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!isThere()) {
    assert.ok(Date.now() < deadline, "the first place is not used again");
    await sleep(100);
  }
}
