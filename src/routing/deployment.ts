import type { HeaderList } from "../base/header-list.ts";
import type { Secret } from "../base/secret.ts";
import type { BoundDialect } from "../upstream/dialects/bind.ts";
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
  /** Undefined: it speaks the client's dialect, and is sent the client's own bytes. */
  readonly foreign?: ForeignUpstream | undefined;
}

/** An upstream that is spoken to in a dialect of its own. */
export interface ForeignUpstream {
  dialectFor(model: string): BoundDialect;
  /** The fields that carry the key; undefined where none is needed. */
  authorize(secret: Secret | undefined): HeaderList;
  /** Sent with every request. */
  readonly fields: HeaderList;
}
