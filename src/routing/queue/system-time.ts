import type { Clock } from "../../base/clock.ts";
import type { QueueTime } from "./upstream-queue.ts";

/** Node's timers; they keep no process alive. */
export function systemQueueTime({ monotonicMs }: Clock): QueueTime {
  return {
    nowMs: monotonicMs,
    after(ms, call) {
      const timer = setTimeout(call, Math.ceil(ms)).unref();
      return () => clearTimeout(timer);
    },
  };
}
