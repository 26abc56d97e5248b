import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** CPU time that a process with all its threads has used so far. */
export interface CpuTime {
  readonly userMs: number;
  readonly systemMs: number;
}

/** Linux counts in hundredths of a second whatever the kernel's own tick is. */
const MS_PER_TICK = 10;
const BYTES_PER_KIB = 1024;

/** The same with all the processes that it started. */
export function treeCpuTime(pid: number): CpuTime {
  const times = [pid, ...descendants(pid)].map(cpuTime);
  return {
    userMs: times.reduce((sum, { userMs }) => sum + userMs, 0),
    systemMs: times.reduce((sum, { systemMs }) => sum + systemMs, 0),
  };
}

function descendants(pid: number): readonly number[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): readonly number[] =>
    pairs.flatMap(([child = -1, of]) => (of === parent ? [child, ...below(child)] : []));
  return below(pid);
}

export function cpuTime(pid: number): CpuTime {
  if (process.platform !== "linux") return { userMs: cpuTimeByPs(pid), systemMs: 0 };
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The second field, the name in brackets, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    userMs: Number(fields[11]) * MS_PER_TICK,
    systemMs: Number(fields[12]) * MS_PER_TICK,
  };
}

/** `[[dd-]hh:]mm:ss[.cc]`, user and system together. */
function cpuTimeByPs(pid: number): number {
  const output = spawnSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" }).stdout;
  const [days, clock] = output.includes("-") ? output.trim().split("-") : ["0", output.trim()];
  const seconds = (clock ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1_000;
}

export function residentBytes(pid: number): number {
  if (process.platform !== "linux") {
    const output = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).stdout;
    return Number(output.trim()) * BYTES_PER_KIB;
  }
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) * BYTES_PER_KIB;
}

/** How many files one process may have open; Node raises the soft limit to the hard one by itself. */
export function fileHandleLimit(): number {
  const shell = spawnSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).stdout;
  const limit = Number((shell ?? "").trim());
  return Number.isNaN(limit) || limit === 0 ? 65_536 : limit;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}
