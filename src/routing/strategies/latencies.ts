import type { Deployment } from "../deployment.ts";

/** What one answer counts beside all before it. */
const SHARE = 0.2;
/** Model names come from outside, so what is remembered of them is bounded. */
const MAX_DEPLOYMENTS = 1_000;

/** A provider's model at one origin. */
export interface Measured {
  readonly deployment: Pick<Deployment, "provider" | "origin">;
  readonly model: string;
}

/** How long deployments usually take to their first byte, as a moving average. Owned by the house, one for each process. */
export class Latencies {
  readonly #averages = new Map<string, number>();

  /** An answer came after `ms`; those that were refused are no measure. */
  note(measured: Measured, ms: number): void {
    const name = nameOf(measured);
    const before = this.#averages.get(name);
    // The one that was used last stands last.
    this.#averages.delete(name);
    this.#averages.set(name, before === undefined ? ms : before + SHARE * (ms - before));
    const oldest = this.#averages.keys().next();
    if (this.#averages.size > MAX_DEPLOYMENTS && oldest.done === false) {
      this.#averages.delete(oldest.value);
    }
  }

  /** Milliseconds; undefined where nothing was measured. */
  find(measured: Measured): number | undefined {
    return this.#averages.get(nameOf(measured));
  }
}

function nameOf({ deployment, model }: Measured): string {
  return `${deployment.provider} ${deployment.origin} ${model}`;
}
