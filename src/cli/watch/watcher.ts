import type { UsageReport } from "../../store/usage-view.ts";
import type { EventView } from "../../store/views.ts";
import { Follower } from "../commands/follower.ts";
import { startOfDay } from "../commands/period.ts";
import type { CliDeps } from "../deps.ts";
import type { PlaceFlags } from "../location.ts";
import { openSource } from "../open-source.ts";
import { accountsOf, type QuotaAccount } from "../quota-view.ts";
import type { ServerStatus, Source } from "../source.ts";

/** What a live view shows; each part is the last that is known. */
export interface Snapshot {
  /** Undefined: none has been seen yet. */
  readonly server: ServerStatus | undefined;
  readonly isRunning: boolean;
  /** Why it cannot be asked, if it is there. */
  readonly problem: string | undefined;
  readonly today: UsageReport | undefined;
  readonly accounts: readonly QuotaAccount[];
  /** The newest first. */
  readonly finished: readonly EventView[];
}

const KEPT = 100;
/** Sums cost the server a look at all of today's records, so they are made when something was added, or now and then. */
const SUMS_MS = 30_000;

/** Follows a server, or the records of one that does not run. Owned by one live view. */
export class Watcher {
  readonly #deps: CliDeps;
  readonly #place: PlaceFlags & { readonly dataDir: string };
  readonly #follower = new Follower();
  #hasBegun = false;
  #summedAtMs = Number.NEGATIVE_INFINITY;
  #snapshot: Snapshot = {
    server: undefined,
    isRunning: false,
    problem: undefined,
    today: undefined,
    accounts: [],
    finished: [],
  };

  constructor(deps: CliDeps, place: PlaceFlags & { readonly dataDir: string }) {
    this.#deps = deps;
    this.#place = place;
  }

  /** Looks again, at whatever server there is now. */
  async look(): Promise<Snapshot> {
    const opened = await openSource(this.#deps, this.#place.dataDir, this.#place);
    if (!opened.ok) return this.#lost(opened.error.message);
    await using source = opened.value;
    const { server } = source;
    const finished = this.#hasBegun
      ? await this.#follower.next(source)
      : await this.#follower.begin(source, KEPT);
    if (!finished.ok) return this.#lost(finished.error.message);
    this.#hasBegun = true;
    const quota = await source.quota();
    if (!quota.ok) return this.#lost(quota.error.message);
    this.#snapshot = {
      ...this.#snapshot,
      server: server ?? this.#snapshot.server,
      isRunning: server !== undefined,
      problem: undefined,
      accounts: accountsOf(quota.value) ?? [],
      finished: [...finished.value.toReversed(), ...this.#snapshot.finished].slice(0, KEPT),
    };
    await this.#sum(source, finished.value.length > 0);
    return this.#snapshot;
  }

  async #sum(source: Source, isNew: boolean): Promise<void> {
    const nowMs = this.#deps.clock.now();
    if (!isNew && nowMs - this.#summedAtMs < SUMS_MS) return;
    const from = startOfDay(new Date(nowMs));
    const today = await source.usage({ from, to: nowMs + 1, by: "none" });
    if (!today.ok) return;
    this.#summedAtMs = nowMs;
    this.#snapshot = { ...this.#snapshot, today: today.value };
  }

  #lost(problem: string): Snapshot {
    this.#snapshot = { ...this.#snapshot, isRunning: false, problem };
    return this.#snapshot;
  }
}
