import type { HealthSettings } from "./settings.ts";

/** How one credential stands with one deployment. */
export type CredentialState =
  | { readonly state: "good" }
  /** It was told to slow down. */
  | { readonly state: "cooling"; readonly untilMs: number }
  /** It was refused, and is asked for again only after a while. */
  | { readonly state: "dead"; readonly untilMs: number };

interface Kept {
  readonly state: "cooling" | "dead";
  untilMs: number;
  /** Of the key that was refused: another one in its place begins anew. */
  readonly keyMark: string | undefined;
}

const GOOD: CredentialState = { state: "good" };
/** Longer is not believed: somebody would have to wait for a mistyped header. */
const LONGEST_COOLDOWN_MS = 3_600_000;
/** How long the one request may take that tries a dead key again, until another may. */
const TRIAL_MS = 60_000;

/** What an upstream does to one credential; never to be seen by whoever has another (law 4). Times are monotonic milliseconds. */
export class CredentialHealth {
  #kept: Kept | undefined;

  state(nowMs: number, keyMark: string | undefined): CredentialState {
    const kept = this.#kept;
    if (kept === undefined || nowMs >= kept.untilMs || kept.keyMark !== keyMark) return GOOD;
    return { state: kept.state, untilMs: kept.untilMs };
  }

  /** The same of whichever key there was last. */
  latest(nowMs: number): CredentialState {
    return this.state(nowMs, this.#kept?.keyMark);
  }

  /** A request goes out with it: where it was dead, the others wait for what becomes of this one. */
  sending(nowMs: number): void {
    if (this.#kept?.state === "dead" && nowMs >= this.#kept.untilMs) {
      this.#kept.untilMs = nowMs + TRIAL_MS;
    }
  }

  paced(
    nowMs: number,
    retryAfterMs: number | undefined,
    settings: HealthSettings,
    keyMark: string | undefined,
  ): void {
    const waitMs = Math.min(retryAfterMs ?? settings.cooldownMs, LONGEST_COOLDOWN_MS);
    this.#kept = { state: "cooling", untilMs: nowMs + waitMs, keyMark };
  }

  refused(nowMs: number, { deadKeyMs }: HealthSettings, keyMark: string | undefined): void {
    this.#kept = { state: "dead", untilMs: nowMs + deadKeyMs, keyMark };
  }

  /** Who was told to wait goes on waiting: the answer may be to an earlier request. */
  succeeded(): void {
    if (this.#kept?.state === "dead") this.#kept = undefined;
  }

  isForgettable(nowMs: number): boolean {
    return (
      this.#kept === undefined || (this.#kept.state === "cooling" && nowMs >= this.#kept.untilMs)
    );
  }
}
