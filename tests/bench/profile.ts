import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "./plan.ts";
import type { Stage } from "./stage.ts";

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

const SHOWN = 40;
const NOT_WORK: ReadonlySet<string> = new Set(["(idle)", "(root)"]);

/** Runs one kind of traffic under the profiler and says where gateway and pipe spent their time. */
export async function profileTraffic(
  stage: Stage,
  plan: Plan,
  traffic: "small" | "claude",
): Promise<string> {
  await stage.use(traffic);
  const parts: string[] = [];
  for (const name of ["gateway", "pipe"] as const) {
    const folder = await mkdtemp(join(tmpdir(), "spillway-profile-"));
    const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
    let exchanges = 0;
    {
      await using carrier =
        name === "gateway" ? await stage.startGateway(nodeArgs) : await stage.startPipe(nodeArgs);
      const figures = await stage.load.call("closedLoop", {
        port: carrier.port,
        pid: carrier.pid,
        traffic,
        inFlight: plan.inFlight,
        warmUpMs: plan.warmUpMs,
        windowMs: plan.windowMs,
      });
      exchanges = figures.total;
    }
    for (const file of (await readdir(folder)).toSorted()) {
      const profile = JSON.parse(await readFile(join(folder, file), "utf8")) as CpuProfile;
      parts.push(render(`${traffic}, ${name}, ${file}`, profile, exchanges));
    }
    await rm(folder, { recursive: true, force: true });
  }
  return parts.join("\n\n");
}

function render(title: string, profile: CpuProfile, exchanges: number): string {
  const { functions, places, totalUs } = selfTimes(profile);
  const line = ([name, us]: readonly [string, number]): string =>
    `${((us / totalUs) * 100).toFixed(1).padStart(6)} % ${(us / exchanges).toFixed(2).padStart(8)} µs  ${name}`;
  return [
    `${title}: ${(totalUs / 1e6).toFixed(1)} s busy, ${exchanges} exchanges, ${(totalUs / exchanges).toFixed(1)} µs each`,
    "  by place",
    ...top(places, 20).map(line),
    "  by function, its own time",
    ...top(functions, SHOWN).map(line),
  ].join("\n");
}

function top(times: ReadonlyMap<string, number>, count: number): [string, number][] {
  return [...times].toSorted((a, b) => b[1] - a[1]).slice(0, count);
}

function selfTimes(profile: CpuProfile) {
  const names = new Map(
    profile.nodes.map(({ id, callFrame }) => [id, { callFrame, place: placeOf(callFrame) }]),
  );
  const functions = new Map<string, number>();
  const places = new Map<string, number>();
  let totalUs = 0;
  profile.samples.forEach((id, index) => {
    const node = names.get(id);
    if (node === undefined || NOT_WORK.has(node.callFrame.functionName)) return;
    const us = profile.timeDeltas[index] ?? 0;
    const { functionName, lineNumber } = node.callFrame;
    const name = `${functionName || "(anonymous)"} ${node.place.file}${node.place.file === "" ? "" : `:${lineNumber + 1}`}`;
    totalUs += us;
    functions.set(name, (functions.get(name) ?? 0) + us);
    places.set(node.place.folder, (places.get(node.place.folder) ?? 0) + us);
  });
  return { functions, places, totalUs };
}

interface Place {
  readonly file: string;
  readonly folder: string;
}

function placeOf({ functionName, url }: CpuProfile["nodes"][number]["callFrame"]): Place {
  if (url === "")
    return { file: "", folder: functionName.startsWith("(") ? functionName : "native" };
  if (url.startsWith("node:")) return { file: url, folder: url.split("/").slice(0, 2).join("/") };
  const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(url);
  if (packaged !== null)
    return { file: `${packaged[1]}/${packaged[2]}`, folder: packaged[1] ?? "" };
  const own = /\/((?:src|tests)\/.*)$/.exec(url)?.[1] ?? url;
  return { file: own, folder: own.split("/").slice(0, 2).join("/") };
}
