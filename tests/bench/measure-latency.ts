import { expectRecords } from "./measure-exchanges.ts";
import type { Plan } from "./plan.ts";
import { median } from "./process-figures.ts";
import type { Row } from "./row.ts";
import { type Stage, toTarget } from "./stage.ts";

const PER_SECOND = 1_000;

/** What the gateway adds to a small exchange at a fixed rate, beyond what the pipe takes. */
export async function measureLatency(stage: Stage, plan: Plan): Promise<readonly Row[]> {
  await stage.use("small");
  await using gateway = await stage.startGateway();
  await using pipe = await stage.startPipe();
  const p50 = { gateway: new Array<number>(), pipe: new Array<number>() };
  const p99 = { gateway: new Array<number>(), pipe: new Array<number>() };
  const late: number[] = [];
  let carried = 0;
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const carrier of [gateway, pipe]) {
      const figures = await stage.load.call("openLoop", {
        ...toTarget(carrier),
        traffic: "small",
        perSecond: PER_SECOND,
        warmUpMs: plan.warmUpMs,
        windowMs: plan.windowMs,
      });
      p50[carrier.name].push(figures.p50Ms);
      p99[carrier.name].push(figures.p99Ms);
      late.push(figures.lateP99Ms);
      if (carrier.name === "gateway") carried += figures.total;
    }
  }
  await expectRecords(gateway, carried);
  const row = (what: string, of: typeof p50, aim: number): Row => ({
    what: `latency at ${PER_SECOND} a second, ${what}`,
    unit: "ms",
    gateway: median(of.gateway),
    pipe: median(of.pipe),
    figure: { kind: "difference", value: median(of.gateway) - median(of.pipe) },
    aim,
    note: `the generator's own lateness ${median(late).toFixed(1)} ms at p99`,
  });
  return [row("p50", p50, 0.3), row("p99", p99, 2)];
}
