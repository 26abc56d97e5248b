import { deepFreeze } from "./freeze.ts";
import { changedPaths } from "./leaves.ts";
import type { LoadedConfig } from "./load.ts";
import { PINNED_PATHS } from "./reference.ts";

/** A newly loaded configuration as a running process can take it. */
export interface Adopted {
  readonly loaded: LoadedConfig;
  /** Fields that changed and take effect now. */
  readonly changed: readonly string[];
  /** Fields that changed in vain: the old value stays until the next start. */
  readonly needsRestart: readonly string[];
}

/** Takes over everything but what is built once, at start (`PINNED_PATHS`). */
export function adopt(running: LoadedConfig, next: LoadedConfig): Adopted {
  const { listener, data, anthropic, providers, search, vault, timeouts } = running.config;
  const { egress, timeZone, quota, log } = running.config;
  const config = deepFreeze({
    ...next.config,
    listener: { ...listener, hosts: next.config.listener.hosts },
    data,
    anthropic,
    providers,
    search,
    vault,
    timeouts: {
      ...timeouts,
      abortedRead: next.config.timeouts.abortedRead,
      drain: next.config.timeouts.drain,
    },
    egress,
    timeZone,
    quota,
    log,
  });
  const differing = changedPaths(running.config, next.config);
  const sources = new Map(next.sources);
  for (const path of PINNED_PATHS) {
    const source = running.sources.get(path);
    if (source === undefined) sources.delete(path);
    else sources.set(path, source);
  }
  return {
    loaded: Object.freeze({ ...next, config, sources }),
    changed: changedPaths(running.config, config),
    needsRestart: PINNED_PATHS.filter((pinned) =>
      differing.some((path) => path === pinned || path.startsWith(`${pinned}.`)),
    ),
  };
}
