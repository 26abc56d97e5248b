import { hash } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { Candidate } from "../candidate.ts";
import { type Failure, VERDICTS } from "../failure/verdict.ts";
import type { Unfitness } from "../fitness.ts";
import { BoundedMap } from "./bounded-map.ts";
import { CredentialHealth } from "./credential-health.ts";
import { DeploymentHealth, type SentAs } from "./deployment-health.ts";
import type { HealthSettings } from "./settings.ts";

/** Models' names come from outside. */
const MAX_KEPT = 1_000;

export type UnfitState = "open" | "half_open" | "cooling" | "dead";

/** What became of an attempt; every end is said once, and `abandoned` after another is nothing. */
export interface Trial {
  /** Content came: who was to find out whether there is any has found out. The answer may still break off. */
  begun(): void;
  succeeded(): void;
  failed(failure: Failure): void;
  /** Nothing is known: the client left. */
  abandoned(): void;
}

/** One place with which something is wrong. */
export interface Trouble {
  readonly provider: string;
  readonly origin: string;
  readonly model: string;
  /** Undefined: it is the deployment's, for everybody. */
  readonly owner: string | undefined;
  readonly state: UnfitState;
  readonly forMs: number;
}

/** What a candidate's health is known by. */
export interface Placed {
  readonly candidate: Pick<Candidate, "deployment" | "credential">;
  /** As the upstream calls it. */
  readonly model: string;
}

interface Kept<T> {
  readonly at: { readonly provider: string; readonly origin: string; readonly model: string };
  readonly owner: string | undefined;
  readonly of: T;
}

/**
 * The health of everything that was asked, in two maps: what a server does to everybody by deployment, what it does to one
 * credential by its owner too (law 4). Only trouble is kept. Owned by `gateway.ts`.
 */
export class Health {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #random: () => number;
  readonly #settings: () => HealthSettings;
  readonly #deployments = new BoundedMap<Kept<DeploymentHealth>>(MAX_KEPT);
  readonly #credentials = new BoundedMap<Kept<CredentialHealth>>(MAX_KEPT);

  constructor(
    clock: Pick<Clock, "monotonicMs">,
    random: () => number,
    settings: () => HealthSettings,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#settings = settings;
  }

  /** Why a candidate is not expected to answer now; undefined: it is. Asking changes nothing. */
  fitness(placed: Placed): Unfitness | undefined {
    const nowMs = this.#clock.monotonicMs();
    const server = this.#deployments.get(deploymentKey(placed))?.of.state(nowMs);
    if (server?.state === "open") {
      return off(
        "resting",
        `failed too often, is left alone for ${seconds(server.untilMs - nowMs)}`,
      );
    }
    if (server?.state === "half_open" && server.isProbed) {
      return off("probed", "failed too often, and a request is finding out whether it answers");
    }
    const own = this.#credentials.get(credentialKey(placed))?.of;
    const held = own?.state(nowMs, keyMark(placed));
    if (held === undefined || held.state === "good") return undefined;
    const forText = seconds(held.untilMs - nowMs);
    return held.state === "dead"
      ? off("dead_key", `the provider refuses this key, it is tried again in ${forText}`)
      : { use: "last", code: "resting", reason: `it asked to be left alone for ${forText}` };
  }

  /** True where everybody would be sent elsewhere by now. */
  isOpen(placed: Placed): boolean {
    const kept = this.#deployments.get(deploymentKey(placed));
    return kept !== undefined && kept.of.state(this.#clock.monotonicMs()).state !== "closed";
  }

  /** A candidate is about to be asked; whoever comes first after a pause is the probe, and the others are told so by `fitness`. */
  begin(placed: Placed): Trial {
    const nowMs = this.#clock.monotonicMs();
    this.#credentials.get(credentialKey(placed))?.of.sending(nowMs);
    const server = this.#deployments.get(deploymentKey(placed))?.of;
    let sent = sentAs(server, nowMs);
    // What is heard after the first answer is no news of the probe: the breaker may have opened again since.
    const take = (): SentAs => {
      const taken = sent;
      sent = "usual";
      return taken;
    };
    return {
      begun: () => {
        const taken = take();
        if (taken !== "usual") this.#succeeded(placed, taken);
      },
      succeeded: () => this.#succeeded(placed, take()),
      failed: (failure) => this.#failed(placed, take(), failure),
      abandoned: () => {
        if (take() === "probe") server?.giveProbeBack(nowMs);
      },
    };
  }

  /** What is wrong now, for people and for metrics. */
  troubles(): readonly Trouble[] {
    const nowMs = this.#clock.monotonicMs();
    const servers = [...this.#deployments.entries()].map(([, { at, of }]) => {
      const state = of.state(nowMs);
      const untilMs = state.state === "open" ? state.untilMs : nowMs;
      return { ...at, owner: undefined, state: state.state, forMs: untilMs - nowMs };
    });
    const credentials = [...this.#credentials.entries()].map(([, { at, owner, of }]) => {
      const state = of.latest(nowMs);
      const untilMs = state.state === "good" ? nowMs : state.untilMs;
      return { ...at, owner, state: state.state, forMs: untilMs - nowMs };
    });
    return [...servers, ...credentials].filter(isTrouble);
  }

  #succeeded(placed: Placed, sent: SentAs): void {
    const nowMs = this.#clock.monotonicMs();
    const server = this.#deployments.get(deploymentKey(placed));
    server?.of.succeeded(nowMs, sent);
    if (server?.of.isForgettable(nowMs) === true) {
      this.#deployments.delete(deploymentKey(placed));
    }
    const own = this.#credentials.get(credentialKey(placed));
    own?.of.succeeded();
    if (own?.of.isForgettable(nowMs) === true) this.#credentials.delete(credentialKey(placed));
  }

  #failed(placed: Placed, sent: SentAs, { kind, retryAfterMs }: Failure): void {
    const { blames } = VERDICTS[kind];
    const nowMs = this.#clock.monotonicMs();
    const settings = this.#settings();
    if (blames === "deployment") {
      this.#serverOf(placed).failed(nowMs, sent, settings, this.#random());
      return;
    }
    // It answered, though not well: what is wrong is somebody's own.
    this.#deployments.get(deploymentKey(placed))?.of.succeeded(nowMs, sent);
    if (blames === "nobody" || isSession(placed)) return;
    if (blames === "pace") {
      this.#credentialOf(placed).paced(nowMs, retryAfterMs, settings, keyMark(placed));
    } else if (placed.candidate.credential.kind !== "own") {
      this.#credentialOf(placed).refused(nowMs, settings, keyMark(placed));
    }
  }

  #serverOf(placed: Placed): DeploymentHealth {
    return found(this.#deployments, deploymentKey(placed), () => ({
      at: placeOf(placed),
      owner: undefined,
      of: new DeploymentHealth(),
    }));
  }

  #credentialOf(placed: Placed): CredentialHealth {
    return found(this.#credentials, credentialKey(placed), () => ({
      at: placeOf(placed),
      owner: placed.candidate.credential.owner,
      of: new CredentialHealth(),
    }));
  }
}

function found<T>(map: BoundedMap<Kept<T>>, key: string, make: () => Kept<T>): T {
  const kept = map.get(key) ?? make();
  // Heard of last.
  map.set(key, kept);
  return kept.of;
}

function sentAs(server: DeploymentHealth | undefined, nowMs: number): SentAs {
  if (server === undefined || server.state(nowMs).state === "closed") return "usual";
  return server.takeProbe(nowMs) ? "probe" : "forced";
}

/** What a plan is told of its limits is remembered in `quota/`, and only there (design R3). */
function isSession({ candidate: { credential } }: Placed): boolean {
  return credential.class === "subscription";
}

function isTrouble<T extends { readonly state: string }>(
  kept: T,
): kept is T & { readonly state: UnfitState } {
  return kept.state !== "closed" && kept.state !== "good";
}

function placeOf({ candidate: { deployment }, model }: Placed) {
  const { provider, origin } = deployment;
  return { provider, origin, model };
}

function deploymentKey({ candidate: { deployment }, model }: Placed): string {
  return `${deployment.provider} ${deployment.origin} ${model}`;
}

function credentialKey(placed: Placed): string {
  return `${placed.candidate.credential.owner} ${deploymentKey(placed)}`;
}

/** Another key under the same name begins anew. */
function keyMark({ candidate: { credential } }: Placed): string | undefined {
  if (credential.kind !== "stored" || credential.secret === undefined) return undefined;
  return hash("sha256", credential.secret.reveal(), "base64url").slice(0, 16);
}

function off(code: Unfitness["code"], reason: string): Unfitness {
  return { use: "off", code, reason };
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))} s`;
}
