import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "./plan.ts";
import { type Stage, toTarget } from "./stage.ts";
import type { TrafficName } from "./traffic.ts";

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds of one clock for all threads, as are the deltas. */
  readonly startTime: number;
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly children?: readonly number[];
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
}

/** The part of a profile that is looked at: start-up and warm-up are left out. */
interface Window {
  readonly fromUs: number;
  readonly toUs: number;
  readonly exchanges: number;
}

const SHOWN = 40;
const NOT_WORK: ReadonlySet<string> = new Set(["(idle)", "(root)"]);
const OURS = /^(?:src|tests)\//;
/** A thread that worked less than this in the window has nothing to tell. */
const MOST_IDLE_US = 50_000;

/** Runs one kind of traffic under the profiler and says where gateway and pipe spent their time. */
export async function profileTraffic(
  stage: Stage,
  plan: Plan,
  traffic: TrafficName,
): Promise<string> {
  await stage.use(traffic);
  const parts: string[] = [];
  for (const name of ["gateway", "pipe"] as const) {
    const folder = await mkdtemp(join(tmpdir(), "spillway-profile-"));
    const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
    const begin = performance.now();
    let windowBeginMs = 0;
    let exchanges = 0;
    {
      await using carrier =
        name === "gateway" ? await stage.startGateway(nodeArgs) : await stage.startPipe(nodeArgs);
      windowBeginMs = performance.now() - begin + plan.warmUpMs;
      const figures = await stage.load.call("closedLoop", {
        ...toTarget(carrier),
        pid: carrier.pid,
        traffic,
        inFlight: plan.inFlight,
        warmUpMs: plan.warmUpMs,
        windowMs: plan.windowMs,
      });
      exchanges = figures.exchanges;
    }
    const profiles = await readProfiles(folder);
    const fromUs = Math.min(...profiles.map(({ startTime }) => startTime)) + windowBeginMs * 1_000;
    const window = { fromUs, toUs: fromUs + plan.windowMs * 1_000, exchanges };
    profiles.forEach((profile, index) => {
      const thread = index === 0 ? "main thread" : `worker ${index}`;
      parts.push(render(`${traffic}, ${name}, ${thread}`, profile, window));
    });
    await rm(folder, { recursive: true, force: true });
  }
  return parts.join("\n\n");
}

/** The main thread's first: it was started first. */
async function readProfiles(folder: string): Promise<readonly CpuProfile[]> {
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return texts
    .map((text) => JSON.parse(text) as CpuProfile)
    .toSorted((a, b) => a.startTime - b.startTime);
}

function render(title: string, profile: CpuProfile, window: Window): string {
  const { functions, places, owners, totalUs } = selfTimes(profile, window);
  const { exchanges } = window;
  if (totalUs < MOST_IDLE_US) return `${title}: idle`;
  const line = ([name, us]: readonly [string, number]): string =>
    `${((us / totalUs) * 100).toFixed(1).padStart(6)} % ${(us / exchanges).toFixed(2).padStart(8)} µs  ${name}`;
  return [
    `${title}: ${(totalUs / 1e6).toFixed(1)} s busy, ${exchanges} exchanges, ${(totalUs / exchanges).toFixed(1)} µs each`,
    "  by place",
    ...top(places, 24).map(line),
    "  by the nearest function of ours on the stack, with what it called in Node and packages",
    ...top(owners, SHOWN).map(line),
    "  by function, its own time",
    ...top(functions, SHOWN).map(line),
  ].join("\n");
}

function top(times: ReadonlyMap<string, number>, count: number): [string, number][] {
  return [...times].toSorted((a, b) => b[1] - a[1]).slice(0, count);
}

function selfTimes(profile: CpuProfile, { fromUs, toUs }: Window) {
  const labels = labelNodes(profile.nodes);
  const functions = new Map<string, number>();
  const places = new Map<string, number>();
  const owners = new Map<string, number>();
  let totalUs = 0;
  let atUs = profile.startTime;
  profile.samples.forEach((id, index) => {
    const us = profile.timeDeltas[index] ?? 0;
    atUs += us;
    const label = labels.get(id);
    if (label === undefined || atUs < fromUs || atUs > toUs) return;
    totalUs += us;
    add(functions, label.name, us);
    add(places, label.folder, us);
    add(owners, label.owner, us);
  });
  return { functions, places, owners, totalUs };
}

function add(times: Map<string, number>, name: string, us: number): void {
  times.set(name, (times.get(name) ?? 0) + us);
}

interface Label {
  readonly name: string;
  readonly folder: string;
  readonly owner: string;
}

/** What each node of the call tree is counted under; nodes that are no work have no label. */
function labelNodes(nodes: readonly ProfileNode[]): ReadonlyMap<number, Label> {
  const parents = new Map(
    nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id] as const)),
  );
  const own = new Map(nodes.map((node) => [node.id, { ...placeOf(node.callFrame), node }]));
  const labels = new Map<number, Label>();
  for (const { id, callFrame } of nodes) {
    if (NOT_WORK.has(callFrame.functionName)) continue;
    let ancestor = own.get(id);
    while (ancestor !== undefined && !OURS.test(ancestor.file)) {
      ancestor = own.get(parents.get(ancestor.node.id) ?? -1);
    }
    const { file = "", folder = "" } = own.get(id) ?? {};
    labels.set(id, {
      name: nameOf(callFrame, file),
      folder,
      owner:
        ancestor === undefined
          ? `none of ours: ${folder}`
          : nameOf(ancestor.node.callFrame, ancestor.file),
    });
  }
  return labels;
}

function nameOf({ functionName, lineNumber }: ProfileNode["callFrame"], file: string): string {
  return `${functionName || "(anonymous)"} ${file === "" ? "" : `${file}:${lineNumber + 1}`}`;
}

interface Place {
  readonly file: string;
  readonly folder: string;
}

function placeOf({ functionName, url }: ProfileNode["callFrame"]): Place {
  if (url === "")
    return { file: "", folder: functionName.startsWith("(") ? functionName : "native" };
  if (url.startsWith("node:")) return { file: url, folder: url.split("/").slice(0, 2).join("/") };
  const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(url);
  if (packaged !== null)
    return { file: `${packaged[1]}/${packaged[2]}`, folder: packaged[1] ?? "" };
  const own = /\/((?:src|tests)\/.*)$/.exec(url)?.[1] ?? url;
  return { file: own, folder: own.split("/").slice(0, -1).join("/") };
}
