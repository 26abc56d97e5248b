import type { Transport } from "../upstream/transport/contract.ts";

/** A model's home that requests can be sent to: a provider's API at one pinned origin. */
export interface Deployment {
  readonly provider: string;
  readonly dialect: string;
  /** Scheme, host and port; what credentials are bound to (design R18). */
  readonly origin: string;
  /** Goes in front of every target; empty for most. */
  readonly pathPrefix: string;
  readonly transport: Transport;
}
