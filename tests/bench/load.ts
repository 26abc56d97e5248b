import { setTimeout as sleep } from "node:timers/promises";
import { Lane, wireRequest } from "./lane.ts";
import { type CpuTime, percentile, treeCpuTime } from "./process-figures.ts";
import { serveCalls } from "./remote.ts";
import { makeTraffic, type TrafficName } from "./traffic.ts";

/** The load generator. */
export type LoadCalls = {
  readonly closedLoop: (plan: ClosedLoopPlan) => Promise<ClosedLoopFigures>;
  readonly openLoop: (plan: OpenLoopPlan) => Promise<OpenLoopFigures>;
  readonly openStreams: (plan: OpenStreamsPlan) => Promise<OpenStreamsFigures>;
  /** Every open stream leaves at once; epoch milliseconds of that. */
  readonly leaveStreams: () => number;
};

interface Target {
  readonly port: number;
  readonly traffic: TrafficName;
  /** Header fields that only this carrier needs. */
  readonly fields?: readonly (readonly [string, string])[];
  /** The carrier answers in another dialect than the upstream's. */
  readonly isTranslated?: boolean;
}

interface Window extends Target {
  readonly warmUpMs: number;
  readonly windowMs: number;
}

export interface ClosedLoopPlan extends Window {
  readonly inFlight: number;
  /** The process whose CPU time is measured, with those that it starts. */
  readonly pid: number;
}

export interface ClosedLoopFigures {
  /** Within the window. */
  readonly exchanges: number;
  readonly elapsedMs: number;
  readonly cpu: CpuTime;
  /** All, with the warm-up and the last ones. */
  readonly total: number;
}

export interface OpenLoopPlan extends Window {
  readonly perSecond: number;
}

export interface OpenLoopFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly exchanges: number;
  readonly total: number;
  /** The generator's own lateness: a window in which it is large says nothing. */
  readonly lateP99Ms: number;
}

export interface OpenStreamsPlan extends Target {
  readonly count: number;
  readonly holdMs: number;
}

export interface OpenStreamsFigures {
  readonly openedInMs: number;
  readonly drops: readonly string[];
  /** Streams that missed more than two of the events due while all were held. */
  readonly starved: number;
}

const CONNECTING_AT_ONCE = 64;
const MAX_REPORTED_DROPS = 20;
const STUCK_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 20;

let openLanes: Lane[] = [];

async function closedLoop(plan: ClosedLoopPlan): Promise<ClosedLoopFigures> {
  const traffic = makeTraffic(plan.traffic, 1);
  const expectation = { traffic, isTranslated: plan.isTranslated ?? false };
  const request = wireRequest(traffic, plan.port, plan.fields ?? []);
  let total = 0;
  let running = true;
  let left = plan.inFlight;
  let answeredAt = performance.now();
  const lanes: Lane[] = [];
  const over = Promise.withResolvers<void>();
  const onAnswer = (lane: Lane): void => {
    total += 1;
    answeredAt = performance.now();
    if (running) return lane.send();
    lane.leave();
    left -= 1;
    if (left === 0) over.resolve();
  };
  const onBroken = (_lane: Lane, reason: string): void => over.reject(new Error(reason));
  for (let index = 0; index < plan.inFlight; index += 1) {
    const lane = new Lane(plan.port, request, expectation, { onAnswer, onBroken });
    lanes.push(lane);
    lane.send();
  }
  const watchdog = setInterval(() => {
    if (performance.now() - answeredAt < STUCK_AFTER_MS) return;
    const received = lanes.map((lane) => lane.received).join(" ");
    over.reject(new Error(`nothing was answered for a while; bytes received on each: ${received}`));
  }, 1_000);
  const measured = (async () => {
    await sleep(plan.warmUpMs);
    // A slow carrier gets the time to answer everybody once, before the window and in it.
    while (total < plan.inFlight) await sleep(LOOK_EVERY_MS);
    const before = { total, cpu: treeCpuTime(plan.pid), at: performance.now() };
    await sleep(plan.windowMs);
    while (total - before.total < plan.inFlight) await sleep(LOOK_EVERY_MS);
    const cpu = treeCpuTime(plan.pid);
    const figures = {
      exchanges: total - before.total,
      elapsedMs: performance.now() - before.at,
      cpu: {
        userMs: cpu.userMs - before.cpu.userMs,
        systemMs: cpu.systemMs - before.cpu.systemMs,
      },
    };
    running = false;
    return figures;
  })();
  try {
    const [figures] = await Promise.all([measured, over.promise]);
    return { ...figures, total };
  } finally {
    clearInterval(watchdog);
    for (const lane of lanes) lane.leave();
  }
}

async function openLoop(plan: OpenLoopPlan): Promise<OpenLoopFigures> {
  const traffic = makeTraffic(plan.traffic, 1);
  const expectation = { traffic, isTranslated: plan.isTranslated ?? false };
  const request = wireRequest(traffic, plan.port, plan.fields ?? []);
  const idle: Lane[] = [];
  const lanes = new Set<Lane>();
  const latencies: number[] = [];
  const lateness: number[] = [];
  const failure = Promise.withResolvers<never>();
  let open = 0;
  let total = 0;
  let isCounting = false;
  const listener = {
    onAnswer: (lane: Lane): void => {
      open -= 1;
      total += 1;
      if (isCounting) latencies.push(performance.now() - lane.sentAt);
      idle.push(lane);
    },
    onBroken: (_lane: Lane, reason: string): void => failure.reject(new Error(reason)),
  };
  const begin = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - begin;
    isCounting = elapsedMs > plan.warmUpMs;
    // What is overdue is sent at once, so that a late timer does not thin out the load.
    for (; sent < (elapsedMs * plan.perSecond) / 1_000; sent += 1) {
      if (isCounting) lateness.push(elapsedMs - (sent * 1_000) / plan.perSecond);
      const lane = idle.pop() ?? new Lane(plan.port, request, expectation, listener);
      lanes.add(lane);
      open += 1;
      lane.send();
    }
  }, 1);
  await Promise.race([sleep(plan.warmUpMs + plan.windowMs), failure.promise]);
  clearInterval(timer);
  while (open > 0) await Promise.race([sleep(5), failure.promise]);
  for (const lane of lanes) lane.leave();
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    exchanges: latencies.length,
    total,
    lateP99Ms: percentile(lateness, 0.99),
  };
}

async function openStreams(plan: OpenStreamsPlan): Promise<OpenStreamsFigures> {
  const traffic = makeTraffic(plan.traffic, 1);
  const expectation = { traffic, isTranslated: plan.isTranslated ?? false };
  const request = wireRequest(traffic, plan.port, plan.fields ?? []);
  const eventBytes = traffic.answerPieces[1]?.length ?? Number.NaN;
  const drops: string[] = [];
  const begin = performance.now();
  let wakeOpener: () => void = () => {};
  let opening = 0;
  const began = new Set<Lane>();
  const listener = {
    onAnswer: (): void => {
      drops.push("a stream ended");
    },
    onBytes: (lane: Lane): void => {
      if (began.has(lane)) return;
      began.add(lane);
      opening -= 1;
      wakeOpener();
    },
    onBroken: (_lane: Lane, reason: string): void => {
      if (drops.length < MAX_REPORTED_DROPS) drops.push(reason);
      opening -= 1;
      wakeOpener();
    },
  };
  openLanes = [];
  while (openLanes.length < plan.count || opening > 0) {
    if (openLanes.length < plan.count && opening < CONNECTING_AT_ONCE) {
      opening += 1;
      const lane = new Lane(plan.port, request, expectation, listener);
      openLanes.push(lane);
      lane.send();
      continue;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    wakeOpener = resolve;
    await promise;
  }
  const openedInMs = performance.now() - begin;
  const before = openLanes.map(({ received }) => received);
  await sleep(plan.holdMs);
  const due = Math.floor(plan.holdMs / 1_000);
  const starved = openLanes.filter(
    (lane, index) => (lane.received - (before[index] ?? 0)) / eventBytes < due - 2,
  ).length;
  return { openedInMs, drops, starved };
}

serveCalls({
  closedLoop,
  openLoop,
  openStreams,
  leaveStreams: () => {
    const at = Date.now();
    for (const lane of openLanes) lane.leave();
    openLanes = [];
    return at;
  },
} satisfies LoadCalls);
