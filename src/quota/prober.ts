import type { HeaderList } from "../base/header-list.ts";
import type { Secret } from "../base/secret.ts";
import { idOf, type SessionOwner } from "./owner.ts";
import { probePauseMs } from "./probe-pace.ts";
import { endOf, type Redirected } from "./redirects.ts";
import { parseUnified } from "./unified-headers.ts";

/** What is asked; only a message is certain to be answered with limits, and costs a token. */
export type ProbeEndpoint = "count_tokens" | "messages";

export interface ProbeSettings {
  readonly intervalMs: number;
  readonly model: string;
  readonly endpoint: ProbeEndpoint | "auto";
  /** Undefined: the caller's own is used. */
  readonly key: Secret | undefined;
}

export interface Probe {
  readonly endpoint: ProbeEndpoint;
  readonly model: string;
  readonly credential: Secret;
  /** Whether it is a redirected caller's own, or the one that is configured. */
  readonly isCallers: boolean;
}

export interface ProbeAnswer {
  /** Undefined: there was none. */
  readonly status: number | undefined;
  readonly headers: HeaderList;
}

/** How a probe went. */
export interface ProbeOutcome {
  readonly status: number | undefined;
  /** Of those in a row; 0: the answer told the limits. */
  readonly failures: number;
  readonly owner: SessionOwner;
  /** Whether the session still is, after what the answer told. */
  readonly isRedirected: boolean;
}

export interface ProberOptions {
  readonly settings: () => ProbeSettings | undefined;
  readonly send: (probe: Probe) => Promise<ProbeAnswer>;
  /** How the session stands now; once it is not redirected, `stop` was called. */
  readonly check: (owner: SessionOwner) => Redirected | undefined;
  /** Takes an answer's limits for the account. */
  readonly learn: (owner: SessionOwner, answer: ProbeAnswer, credential: Secret) => void;
  readonly onProbed: (outcome: ProbeOutcome) => void;
  /** Once for each account: a count of tokens told nothing. */
  readonly onSilentCount: (owner: SessionOwner) => void;
  readonly now: () => number;
  readonly random: () => number;
}

interface Watched {
  readonly owner: SessionOwner;
  /** The caller's own; never kept where a key is configured. */
  credential: Secret | undefined;
  failures: number;
  probeAtMs: number;
  timer: NodeJS.Timeout | undefined;
  isAsking: boolean;
}

const MAX_SILENT = 1_000;

/**
 * Brings redirected sessions back: asks the provider now and then how full the account is, and looks once more when its
 * windows reset. A caller's credential is held for as long as its own session is redirected, and for nothing else.
 */
export class Prober implements Disposable {
  readonly #options: ProberOptions;
  readonly #watched = new Map<string, Watched>();
  /** Accounts whose counts do not tell the limits. */
  readonly #silent = new Set<string>();

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** A session is redirected, and this is what its caller sends now. */
  keep({ owner }: Redirected, credential: Secret): void {
    const settings = this.#options.settings();
    if (settings === undefined) return;
    const watched = this.#watched.get(idOf(owner)) ?? this.#begin(owner, settings);
    if (settings.key !== undefined || watched.credential?.reveal() === credential.reveal()) return;
    const isNew = watched.credential !== undefined;
    watched.credential = credential;
    if (!isNew) return;
    watched.failures = 0;
    this.#plan(watched, Math.min(watched.probeAtMs, this.#nextProbe(watched, settings)));
  }

  /** The session is used again; its credential is forgotten. */
  stop(owner: SessionOwner): void {
    const watched = this.#watched.get(idOf(owner));
    clearTimeout(watched?.timer);
    this.#watched.delete(idOf(owner));
  }

  /** How many callers' credentials are held. */
  get heldCredentials(): number {
    return [...this.#watched.values()].filter(({ credential }) => credential !== undefined).length;
  }

  [Symbol.dispose](): void {
    for (const { owner } of this.#watched.values()) this.stop(owner);
  }

  #begin(owner: SessionOwner, settings: ProbeSettings): Watched {
    const watched: Watched = {
      owner,
      credential: undefined,
      failures: 0,
      probeAtMs: 0,
      timer: undefined,
      isAsking: false,
    };
    this.#watched.set(idOf(owner), watched);
    this.#plan(watched, this.#nextProbe(watched, settings));
    return watched;
  }

  #nextProbe({ failures }: Watched, { intervalMs }: ProbeSettings): number {
    const { now, random } = this.#options;
    return now() + probePauseMs(intervalMs, failures, random());
  }

  /** Wakes for the probe, or for the reset if that is sooner. */
  #plan(watched: Watched, probeAtMs: number): void {
    watched.probeAtMs = probeAtMs;
    clearTimeout(watched.timer);
    if (!this.#isCurrent(watched)) return;
    const redirected = this.#options.check(watched.owner);
    if (redirected === undefined) return this.stop(watched.owner);
    const pauseMs = Math.min(probeAtMs, endOf(redirected)) - this.#options.now();
    watched.timer = setTimeout(() => void this.#wake(watched), Math.max(1, pauseMs)).unref();
  }

  async #wake(watched: Watched): Promise<void> {
    if (!this.#isCurrent(watched) || watched.isAsking) return;
    const settings = this.#options.settings();
    if (settings === undefined || this.#options.check(watched.owner) === undefined) {
      return this.stop(watched.owner);
    }
    if (this.#options.now() >= watched.probeAtMs) {
      watched.isAsking = true;
      await this.#ask(watched, settings);
      watched.isAsking = false;
      if (!this.#isCurrent(watched)) return;
      this.#plan(watched, this.#nextProbe(watched, settings));
    } else this.#plan(watched, watched.probeAtMs);
  }

  async #ask(watched: Watched, settings: ProbeSettings): Promise<void> {
    const credential = settings.key ?? watched.credential;
    if (credential === undefined) return;
    const { owner } = watched;
    const asked = { model: settings.model, credential, isCallers: settings.key === undefined };
    const first = this.#endpointFor(owner, settings);
    let answer = await this.#send({ ...asked, endpoint: first });
    if (settings.endpoint === "auto" && first === "count_tokens" && saidNothing(answer)) {
      if (this.#silent.size >= MAX_SILENT) this.#silent.clear();
      this.#silent.add(owner.account);
      this.#options.onSilentCount(owner);
      answer = await this.#send({ ...asked, endpoint: "messages" });
    }
    // Meanwhile the session may have been used again, and redirected once more.
    if (!this.#isCurrent(watched)) return;
    if (tellsLimits(answer)) {
      watched.failures = 0;
      this.#options.learn(owner, answer, credential);
    } else watched.failures += 1;
    const isRedirected = this.#options.check(owner) !== undefined;
    const { failures } = watched;
    this.#options.onProbed({ status: answer.status, failures, owner, isRedirected });
  }

  async #send(probe: Probe): Promise<ProbeAnswer> {
    try {
      return await this.#options.send(probe);
    } catch {
      return { status: undefined, headers: [] };
    }
  }

  #endpointFor({ account }: SessionOwner, { endpoint }: ProbeSettings): ProbeEndpoint {
    if (endpoint !== "auto") return endpoint;
    return this.#silent.has(account) ? "messages" : "count_tokens";
  }

  #isCurrent(watched: Watched): boolean {
    return this.#watched.get(idOf(watched.owner)) === watched;
  }
}

function tellsLimits({ headers }: ProbeAnswer): boolean {
  return (
    parseUnified(headers)?.windows.some(({ usedPercent }) => usedPercent !== undefined) === true
  );
}

/** A count that was made, and tells no limits. */
function saidNothing(answer: ProbeAnswer): boolean {
  const { status } = answer;
  return status !== undefined && status >= 200 && status < 300 && !tellsLimits(answer);
}
