import { setTimeout as sleep } from "node:timers/promises";
import { Lane, wireRequest } from "./lane.ts";
import type { Plan } from "./plan.ts";
import { median, residentBytes } from "./process-figures.ts";
import type { Row } from "./row.ts";
import type { Stage } from "./stage.ts";
import { makeTraffic } from "./traffic.ts";

const MIB = 2 ** 20;
const IDLE_MS = 1_500;

/** From the start of the process to the end of its first proxied answer, and what it occupies when nothing happens. */
export async function measureStart(stage: Stage, plan: Plan): Promise<readonly Row[]> {
  await stage.use("small");
  const startMs: number[] = [];
  const idleMib: number[] = [];
  for (let round = 0; round < plan.starts; round += 1) {
    const begin = performance.now();
    await using gateway = await stage.startGateway();
    await firstAnswer(gateway.port);
    startMs.push(performance.now() - begin);
    await sleep(IDLE_MS);
    idleMib.push(residentBytes(gateway.pid) / MIB);
  }
  return [
    {
      what: "cold start to the end of the first answer",
      unit: "ms",
      gateway: median(startMs),
      figure: { kind: "value", value: median(startMs) },
      aim: 1_000,
      note: `${Math.min(...startMs).toFixed(0)} to ${Math.max(...startMs).toFixed(0)} in ${plan.starts} starts`,
    },
    {
      what: "memory when idle, after one exchange",
      unit: "MiB",
      gateway: median(idleMib),
      figure: { kind: "value", value: median(idleMib) },
      aim: 120,
    },
  ];
}

async function firstAnswer(port: number): Promise<void> {
  const traffic = makeTraffic("small", 1);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const lane = new Lane(
    port,
    wireRequest(traffic, port, []),
    { traffic, isTranslated: false },
    {
      onAnswer: () => resolve(),
      onBroken: (_lane, reason) => reject(new Error(reason)),
    },
  );
  lane.send();
  await promise;
  lane.leave();
}
