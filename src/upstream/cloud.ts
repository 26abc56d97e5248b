import type { GatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import type { Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { ResponseSink, UpstreamRequest } from "./transport/contract.ts";

/** A request whose bytes are all there, so that they can be edited and signed. */
export interface WholeRequest extends UpstreamRequest {
  readonly body: Buffer | undefined;
}

/** How a cloud carries a dialect: the dialect's own requests and answers in another shape. Data and pure functions. */
export interface CloudShape {
  /**
   * Edits a request. Its target has no prefix of the deployment's; what the edit list does not name goes on byte for byte.
   */
  toCloud(request: WholeRequest): Result<WholeRequest, GatewayError>;
  /**
   * Stands in front of whoever reads the answer as the dialect's own; undefined: it is. `abort` ends a call whose answer
   * cannot be read on.
   */
  readonly fromCloud?: ((inner: ResponseSink, abort: () => void) => ResponseSink) | undefined;
  /** Its streams are the dialect's own, pings too; otherwise one that comes in frames says nothing while a model thinks. */
  readonly hasPings?: true;
}

/** What a signature adds to a request. */
export interface Signed {
  readonly fields: HeaderList;
  /** What of it is good elsewhere too, and is shown to nobody; undefined: it is good for this request alone. */
  readonly secret?: Secret | undefined;
  /** Lets go of what it was made with; to be told where the cloud does not know it. Undefined: another try would be the same. */
  readonly forget?: () => void;
}

/**
 * Signs a request that nobody changes any more. `key` is one that was stored for it; undefined: the
 * gateway's own identity at the cloud. The refusal is shown to the caller, so it names no secret.
 */
export type Sign = (
  request: WholeRequest,
  key: Secret | undefined,
) => Promise<Result<Signed, GatewayError>>;
