import { setTimeout as sleep } from "node:timers/promises";
import { expectRecords } from "./measure-exchanges.ts";
import type { Plan } from "./plan.ts";
import { cpuTime, residentBytes } from "./process-figures.ts";
import type { Row } from "./row.ts";
import { type Carrier, type Stage, toTarget } from "./stage.ts";

const MIB = 2 ** 20;
const SAMPLE_MS = 250;
const CLOSED_WITHIN_MS = 30_000;
const AIM_MIB = 512;

interface Held {
  readonly mostMib: number;
  /** At the end of the time in which all were held. */
  readonly heldMib: number;
  readonly openedInMs: number;
  readonly cpuShare: number;
  readonly drops: number;
  readonly starved: number;
  /** From the clients' leaving until the upstream had seen the last close. */
  readonly closedAfterMs: number;
  readonly stillOpen: number;
}

/** Many streams held open, one event a second on each, and then all clients gone at once. */
export async function measureStreams(stage: Stage, plan: Plan): Promise<readonly Row[]> {
  await stage.use("open");
  const rows: Row[] = [];
  for (const count of plan.streamCounts) {
    const pipe = await holdWith(stage, plan, count, await stage.startPipe());
    const gateway = await holdWith(stage, plan, count, await stage.startGateway());
    rows.push(
      {
        what: `${count} open streams, most memory`,
        unit: "MiB",
        gateway: gateway.mostMib,
        pipe: pipe.mostMib,
        figure: { kind: "value", value: gateway.mostMib },
        aim: AIM_MIB,
        note:
          `while held ${gateway.heldMib.toFixed(0)} / ${pipe.heldMib.toFixed(0)} MiB; ` +
          `opened in ${(gateway.openedInMs / 1_000).toFixed(1)} / ${(pipe.openedInMs / 1_000).toFixed(1)} s; ` +
          `CPU while held ${(gateway.cpuShare * 100).toFixed(0)} / ${(pipe.cpuShare * 100).toFixed(0)} % of a core`,
      },
      {
        what: `${count} open streams, lost or starved`,
        unit: "streams",
        gateway: gateway.drops + gateway.starved,
        pipe: pipe.drops + pipe.starved,
        figure: { kind: "value", value: gateway.drops + gateway.starved },
        aim: 0,
      },
      {
        what: `${count} clients leave, upstream has seen it`,
        unit: "ms",
        gateway: gateway.closedAfterMs,
        pipe: pipe.closedAfterMs,
        figure: { kind: "value", value: gateway.closedAfterMs },
        note: gateway.stillOpen > 0 ? `${gateway.stillOpen} never closed` : "all closed",
      },
    );
  }
  return rows;
}

async function holdWith(
  stage: Stage,
  plan: Plan,
  count: number,
  carrier: Carrier & AsyncDisposable,
): Promise<Held> {
  await using _ends = carrier;
  let most = 0;
  const sampler = setInterval(() => {
    most = Math.max(most, residentBytes(carrier.pid));
  }, SAMPLE_MS);
  try {
    const figures = await stage.load.call("openStreams", {
      ...toTarget(carrier),
      traffic: "open",
      count,
      holdMs: plan.holdMs,
    });
    const before = busyMs(carrier);
    await sleep(1_000);
    const heldMib = residentBytes(carrier.pid) / MIB;
    const cpuShare = (busyMs(carrier) - before) / 1_000;
    for (const drop of figures.drops.slice(0, 3))
      process.stderr.write(`  ${carrier.name}: ${drop}\n`);
    const leftAt = await stage.load.call("leaveStreams");
    const { open, lastCloseAt } = await allClosed(stage);
    if (carrier.name === "gateway") await settled(carrier, count);
    return {
      mostMib: most / MIB,
      heldMib,
      openedInMs: figures.openedInMs,
      cpuShare,
      drops: figures.drops.length,
      starved: figures.starved,
      closedAfterMs: lastCloseAt - leftAt,
      stillOpen: open,
    };
  } finally {
    clearInterval(sampler);
  }
}

function busyMs(carrier: Carrier): number {
  const { userMs, systemMs } = cpuTime(carrier.pid);
  return userMs + systemMs;
}

async function allClosed(stage: Stage) {
  const deadline = Date.now() + CLOSED_WITHIN_MS;
  for (;;) {
    const figures = await stage.upstream.call("streams");
    if (figures.open === 0 || Date.now() > deadline) return figures;
    await sleep(20);
  }
}

/** The records of streams that were left are written a moment after the close. */
async function settled(gateway: Carrier, count: number): Promise<void> {
  const deadline = Date.now() + CLOSED_WITHIN_MS;
  for (;;) {
    try {
      return await expectRecords(gateway, count);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}
