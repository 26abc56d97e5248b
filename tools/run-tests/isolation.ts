import { spawnSync } from "node:child_process";

/** What to put before a command so that it runs with a network of its own that has only loopback. */
export type Isolation = readonly string[];

const WAYS_TO_UNSHARE = [
  ["unshare", "-n"],
  ["unshare", "-rn"],
] as const;

const LOOPBACK_UP = '{ ip link set lo up || ifconfig lo up; } 2>/dev/null && exec "$@"';

/** The first way that works here; undefined when a process may not have a network of its own. */
export function findIsolation(): Isolation | undefined {
  return WAYS_TO_UNSHARE.map((way) => [...way, "sh", "-c", LOOPBACK_UP, "sh"]).find(
    ([file = "", ...args]) => spawnSync(file, [...args, "true"], { stdio: "ignore" }).status === 0,
  );
}
