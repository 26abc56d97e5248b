import { launchd } from "./launchd.ts";
import type { Machine, ServiceManager } from "./manager.ts";
import { systemd } from "./systemd.ts";
import { taskScheduler } from "./windows.ts";

/** Where there is neither macOS nor Windows there is systemd, or nothing that we know. */
export function managerOf(machine: Machine): ServiceManager {
  if (machine.platform === "darwin") return launchd(machine);
  return machine.platform === "win32" ? taskScheduler(machine) : systemd(machine);
}
