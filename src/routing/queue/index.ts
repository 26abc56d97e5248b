export type { Claim } from "./fair-order.ts";
export type { UpstreamLimits } from "./limits.ts";
export { pauseMs } from "./pace.ts";
export { systemQueueTime } from "./system-time.ts";
export type { Busy, BusyReason, Permit, UpstreamQueue, Waiting } from "./upstream-queue.ts";
export { type QueueState, UpstreamQueues } from "./upstream-queues.ts";
