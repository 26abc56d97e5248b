import type { HealthSettings } from "./settings.ts";

/** How a deployment stands with everybody. */
export type DeploymentState =
  | { readonly state: "closed" }
  /** Nothing is sent before then. */
  | { readonly state: "open"; readonly untilMs: number }
  /** One request may find out. */
  | { readonly state: "half_open"; readonly isProbed: boolean };

/** As any request, to find out whether it answers again, or because there was no other candidate. */
export type SentAs = "usual" | "probe" | "forced";

interface Window {
  readonly fromMs: number;
  succeeded: number;
  failed: number;
}

const CLOSED: DeploymentState = { state: "closed" };
const LONGEST_PAUSE_MS = 300_000;
/** Share of failures in the window at which a deployment is left alone although some requests succeed. */
const OUTLIER_PERCENT = 50;
const WINDOW_MS = 30_000;
/** A share of fewer answers than this says nothing. */
const TELLING_ANSWERS = 10;
/** Pauses are spread by a tenth, so that replicas and deployments do not probe in step. */
const SPREAD = 0.2;
/** A probe of which nothing is heard, because its client left or waits for a long answer, does not bar the next one. */
const PROBE_MS = 30_000;

/**
 * The breaker of one deployment: what the server does to everybody. It opens after failures in a row, or when most of what was
 * answered in the window failed, and lets exactly one request through after each pause. Times are monotonic milliseconds.
 */
export class DeploymentHealth {
  #failuresInARow = 0;
  #window: Window = { fromMs: 0, succeeded: 0, failed: 0 };
  #opened: { untilMs: number; pauseMs: number; probedAtMs: number | undefined } | undefined;

  state(nowMs: number): DeploymentState {
    const opened = this.#opened;
    if (opened === undefined) return CLOSED;
    if (nowMs < opened.untilMs) return { state: "open", untilMs: opened.untilMs };
    const { probedAtMs } = opened;
    return {
      state: "half_open",
      isProbed: probedAtMs !== undefined && nowMs < probedAtMs + PROBE_MS,
    };
  }

  /** True once for each pause: who is told so may send the request that finds out. */
  takeProbe(nowMs: number): boolean {
    const state = this.state(nowMs);
    if (this.#opened === undefined || state.state !== "half_open" || state.isProbed) return false;
    this.#opened.probedAtMs = nowMs;
    return true;
  }

  /** The probe that was taken then came to nothing: its client left. */
  giveProbeBack(takenAtMs: number): void {
    if (this.#opened?.probedAtMs === takenAtMs) this.#opened.probedAtMs = undefined;
  }

  /** Of a request that was sent before the breaker opened, a success is no news. */
  succeeded(nowMs: number, sent: SentAs): void {
    if (this.#opened !== undefined) {
      if (sent === "usual") return;
      this.#opened = undefined;
      this.#window = { fromMs: nowMs, succeeded: 0, failed: 0 };
    }
    this.#failuresInARow = 0;
    this.#windowAt(nowMs).succeeded += 1;
  }

  failed(nowMs: number, sent: SentAs, settings: HealthSettings, random: number): void {
    const opened = this.#opened;
    if (opened !== undefined) {
      if (sent !== "probe") return;
      this.#open(nowMs, Math.min(opened.pauseMs * 2, LONGEST_PAUSE_MS), random);
      return;
    }
    this.#failuresInARow += 1;
    const window = this.#windowAt(nowMs);
    window.failed += 1;
    const answered = window.succeeded + window.failed;
    const isOutlier =
      answered >= TELLING_ANSWERS && window.failed * 100 >= OUTLIER_PERCENT * answered;
    if (this.#failuresInARow < settings.failures && !isOutlier) return;
    this.#open(nowMs, settings.pauseMs, random);
  }

  /** Nothing is to be remembered any more. */
  isForgettable(nowMs: number): boolean {
    if (this.#opened !== undefined || this.#failuresInARow > 0) return false;
    return this.#window.failed === 0 || nowMs - this.#window.fromMs > WINDOW_MS;
  }

  #open(nowMs: number, pauseMs: number, random: number): void {
    const spreadMs = pauseMs * (1 - SPREAD / 2 + SPREAD * random);
    this.#opened = { untilMs: nowMs + spreadMs, pauseMs, probedAtMs: undefined };
    this.#failuresInARow = 0;
  }

  #windowAt(nowMs: number): Window {
    if (nowMs - this.#window.fromMs > WINDOW_MS) {
      this.#window = { fromMs: nowMs, succeeded: 0, failed: 0 };
    }
    return this.#window;
  }
}
