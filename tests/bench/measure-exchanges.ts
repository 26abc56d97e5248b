import type { ClosedLoopFigures } from "./load.ts";
import type { Plan } from "./plan.ts";
import { median } from "./process-figures.ts";
import type { Row } from "./row.ts";
import { type Carrier, type Stage, toTarget } from "./stage.ts";

interface Round {
  readonly cpuUs: number;
  readonly userUs: number;
  readonly perSecond: number;
}

/** CPU time for each exchange, gateway and pipe in turn. */
export async function measureExchanges(
  stage: Stage,
  plan: Plan,
  kind: { readonly traffic: "small" | "claude"; readonly what: string; readonly aim: number },
): Promise<readonly Row[]> {
  await stage.use(kind.traffic);
  await using gateway = await stage.startGateway();
  await using pipe = await stage.startPipe();
  const rounds = { gateway: new Array<Round>(), pipe: new Array<Round>() };
  let carried = 0;
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const carrier of [gateway, pipe]) {
      const figures = await run(stage, plan, kind.traffic, carrier);
      rounds[carrier.name].push(toRound(figures));
      if (carrier.name === "gateway") carried += figures.total;
    }
  }
  await expectRecords(gateway, carried);
  const of = (name: "gateway" | "pipe", key: keyof Round): number =>
    median(rounds[name].map((round) => round[key]));
  const ratios = rounds.gateway.map(
    (round, at) => round.cpuUs / (rounds.pipe[at]?.cpuUs ?? Number.NaN),
  );
  return [
    {
      what: `CPU per ${kind.what}`,
      unit: "µs",
      gateway: of("gateway", "cpuUs"),
      pipe: of("pipe", "cpuUs"),
      figure: { kind: "ratio", value: median(ratios) },
      aim: kind.aim,
      note:
        `rounds ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}; ` +
        `in user mode ${of("gateway", "userUs").toFixed(0)} / ${of("pipe", "userUs").toFixed(0)} µs; ` +
        `${of("gateway", "perSecond").toFixed(0)} / ${of("pipe", "perSecond").toFixed(0)} a second`,
    },
  ];
}

async function run(
  stage: Stage,
  plan: Plan,
  traffic: "small" | "claude",
  carrier: Carrier,
): Promise<ClosedLoopFigures> {
  return await stage.load.call("closedLoop", {
    ...toTarget(carrier),
    pid: carrier.pid,
    traffic,
    inFlight: plan.inFlight,
    warmUpMs: plan.warmUpMs,
    windowMs: plan.windowMs,
  });
}

function toRound({ exchanges, elapsedMs, cpu }: ClosedLoopFigures): Round {
  const toUs = (ms: number): number => (ms * 1_000) / exchanges;
  return {
    cpuUs: toUs(cpu.userMs + cpu.systemMs),
    userUs: toUs(cpu.userMs),
    perSecond: (exchanges * 1_000) / elapsedMs,
  };
}

/** A gateway that forgets exchanges must not look fast: its own count has to agree with what was carried. */
export async function expectRecords(
  { port, key }: Carrier,
  carried: number,
  paidFrom: string = key === undefined ? "subscription" : "api",
): Promise<void> {
  const from = new Date(Date.now() - 86_400_000).toISOString();
  const response = await fetch(`http://127.0.0.1:${port}/me/usage?from=${from}`);
  const usage = (await response.json()) as {
    readonly books: readonly {
      readonly book: string | null;
      readonly requests: number;
      readonly running: number;
    }[];
  };
  const requests = usage.books.reduce((sum, book) => sum + book.requests, 0);
  const running = usage.books.reduce((sum, book) => sum + book.running, 0);
  const others = usage.books.filter((row) => row.book !== paidFrom && row.requests > 0);
  if (others.length > 0) throw new Error(`exchanges in the books ${JSON.stringify(others)}`);
  if (requests !== carried || running !== 0) {
    throw new Error(`carried ${carried} exchanges, recorded ${requests}, of them ${running} open`);
  }
}
