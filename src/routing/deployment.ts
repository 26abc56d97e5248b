import type { HeaderList } from "../base/header-list.ts";
import type { Secret } from "../base/secret.ts";
import type { Sign } from "../upstream/cloud.ts";
import type { BoundDialect } from "../upstream/dialects/bind.ts";
import type { Transport } from "../upstream/transport/contract.ts";
import type { PooledKey } from "./key-pool.ts";
import type { UpstreamLimits } from "./queue/index.ts";

/** A queue of its own for some models of a deployment. */
export interface ModelLimits {
  /** Whose they are, for people: `openrouter free`. */
  readonly provider: string;
  readonly limits: UpstreamLimits;
}

/** A model's home that requests can be sent to: a provider's API at one pinned origin. */
export interface Deployment {
  readonly provider: string;
  /** Of the provider's definition: several may be of one kind. */
  readonly kind: string;
  /** Scheme, host and port; what credentials are bound to (design R18). */
  readonly origin: string;
  /** Goes in front of every target; empty for most. */
  readonly pathPrefix: string;
  readonly transport: Transport;
  /** How one of its models is spoken to; a client of the same dialect is passed on byte for byte. */
  dialectFor(model: string): BoundDialect;
  /** The fields that carry a key. */
  authorize(key: Secret): HeaderList;
  /** What is known of a request only once it is finished, at a cloud; undefined: nothing more is added. */
  readonly sign?: Sign | undefined;
  /** Sent with every request that is not the client's own bytes. */
  readonly fields: HeaderList;
  /** The operator's keys, where there are several; undefined: none but the one that is stored or configured. */
  readonly keys?: readonly PooledKey[] | undefined;
  /** What it takes from one credential; undefined: as much as comes. */
  readonly limits?: UpstreamLimits | undefined;
  /** What it takes for some models apart from the others; undefined: the same as for all. */
  readonly limitsFor?: ((model: string) => ModelLimits | undefined) | undefined;
}
