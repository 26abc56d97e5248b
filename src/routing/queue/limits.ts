import type { SpeedLimits } from "../../base/allowance.ts";

/** What an operator says that an upstream takes from one credential. */
export interface UpstreamLimits extends SpeedLimits {
  /** Longest that a request waits for room. */
  readonly waitMs: number;
  /** Most requests that wait at a time. */
  readonly queue: number;
  /** Whether what the upstream tells of its own limits holds requests back, too. */
  readonly pace: boolean;
}
