import type { UpstreamLimits } from "./limits.ts";
import { type QueueTime, UpstreamQueue } from "./upstream-queue.ts";

/** How a queue stands, for people. */
export interface QueueState {
  readonly provider: string;
  /** Whose credential. */
  readonly owner: string;
  readonly running: number;
  readonly waiting: number;
}

/** An upstream, as far as a queue is concerned. */
interface Limited {
  readonly provider: string;
  readonly limits?: UpstreamLimits | undefined;
}

interface Known {
  readonly provider: string;
  readonly owner: string;
  readonly queue: UpstreamQueue;
}

/** With more queues than this it pays to look for idle ones. */
const KEPT = 256;

/** The queues in front of all upstreams that have limits: one for each credential, for that is what providers count by. */
export class UpstreamQueues {
  readonly #time: QueueTime;
  readonly #known = new Map<string, Known>();
  #lookThroughAt = KEPT;

  constructor(time: QueueTime) {
    this.#time = time;
  }

  /** Undefined: the deployment has no limits. */
  find({ provider, limits }: Limited, owner: string): UpstreamQueue | undefined {
    if (limits === undefined) return undefined;
    const key = `${provider} ${owner}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known.queue;
    if (this.#known.size >= this.#lookThroughAt) this.#forgetIdle();
    const queue = new UpstreamQueue(limits, this.#time);
    this.#known.set(key, { provider, owner, queue });
    return queue;
  }

  /** Requests that wait. */
  get waiting(): number {
    return [...this.#known.values()].reduce((sum, { queue }) => sum + queue.waiting, 0);
  }

  /** Those that have something to do. */
  states(): readonly QueueState[] {
    return [...this.#known.values()]
      .filter(({ queue }) => queue.running > 0 || queue.waiting > 0)
      .map(({ provider, owner, queue: { running, waiting } }) => ({
        provider,
        owner,
        running,
        waiting,
      }));
  }

  #forgetIdle(): void {
    for (const [key, { queue }] of this.#known) if (queue.isIdle) this.#known.delete(key);
    this.#lookThroughAt = Math.max(KEPT, 2 * this.#known.size);
  }
}
