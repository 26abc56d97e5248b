import { expectRecords } from "./measure-exchanges.ts";
import type { PeerName } from "./peer-process.ts";
import type { Plan } from "./plan.ts";
import { median } from "./process-figures.ts";
import type { Row } from "./row.ts";
import { type Carrier, type PeerCarrier, type Stage, toTarget } from "./stage.ts";
import {
  LONG_EVENTS,
  SHORT_EVENTS,
  type TranslatedName,
  type Translation,
} from "./translated-traffic.ts";

interface Kind {
  readonly traffic: Translation;
  readonly what: string;
  readonly aim?: number;
  /** Who can do the same. */
  readonly peers?: readonly PeerName[];
}

interface Measured {
  readonly label: string;
  readonly carrier: Carrier | PeerCarrier;
  /** µs of CPU for each exchange, a figure for each round. */
  readonly long: number[];
  readonly short: number[];
  carried: number;
}

/**
 * CPU time for each exchange whose upstream speaks another dialect than its client, beside a pipe that carries the same bytes
 * untranslated, and for each event of it: what a long answer costs more than a short one.
 */
export async function measureTranslated(
  stage: Stage,
  plan: Plan,
  { traffic, what, aim, peers = [] }: Kind,
): Promise<readonly Row[]> {
  await using running = new AsyncDisposableStack();
  const carrier = running.use(await stage.startGateway());
  const gateway = measured("gateway", carrier);
  const pipe = measured("pipe", running.use(await stage.startPipe()));
  const all = [gateway, pipe];
  for (const peer of plan.peers ? peers : []) {
    all.push(measured(peer, running.use(await stage.startPeer(peer))));
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const length of ["long", "short"] as const) {
      const name: TranslatedName = length === "long" ? traffic : `${traffic}-short`;
      await stage.use(name);
      for (const each of all) each[length].push(await cpuPerExchange(stage, plan, name, each));
    }
  }
  await expectRecords(carrier, gateway.carried, "api");
  return [
    toRow(`CPU per ${what}`, all, ({ long }) => long, aim),
    toRow(`CPU per event, ${traffic}`, all, perEvent),
  ];
}

async function cpuPerExchange(
  stage: Stage,
  { inFlight, warmUpMs, windowMs }: Plan,
  traffic: TranslatedName,
  each: Measured,
): Promise<number> {
  const { carrier } = each;
  const { exchanges, cpu, total } = await stage.load.call("closedLoop", {
    ...toTarget(carrier),
    pid: carrier.pid,
    traffic,
    inFlight,
    warmUpMs,
    windowMs,
  });
  each.carried += total;
  return ((cpu.userMs + cpu.systemMs) * 1_000) / exchanges;
}

function measured(label: string, carrier: Carrier | PeerCarrier): Measured {
  return { label, carrier, long: [], short: [], carried: 0 };
}

function perEvent({ long, short }: Measured): readonly number[] {
  return long.map((us, at) => (us - (short[at] ?? Number.NaN)) / (LONG_EVENTS - SHORT_EVENTS));
}

/** Ratios are to the pipe of the same round. */
function toRow(
  what: string,
  [gateway, pipe, ...peers]: readonly Measured[],
  figuresOf: (of: Measured) => readonly number[],
  aim?: number,
): Row {
  const figures = (of: Measured | undefined) => (of === undefined ? [] : figuresOf(of));
  const ratios = (of: Measured | undefined) =>
    figures(of).map((us, at) => us / (figures(pipe)[at] ?? Number.NaN));
  const told = peers.map(
    (peer) =>
      `${peer.label} ${median(figures(peer)).toFixed(1)} µs, ${median(ratios(peer)).toFixed(2)}x`,
  );
  const rounds = ratios(gateway).map((ratio) => ratio.toFixed(2));
  return {
    what,
    unit: "µs",
    gateway: median(figures(gateway)),
    pipe: median(figures(pipe)),
    figure: { kind: "ratio", value: median(ratios(gateway)) },
    aim,
    note: [`rounds ${rounds.join(" ")}`, ...told].join("; "),
  };
}
