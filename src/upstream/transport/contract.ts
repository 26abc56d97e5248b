import type { GatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type { UpstreamError } from "../../canonical/index.ts";

/** One request as it goes onto the wire; the transport adds `host` and framing, nothing else. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, exactly as they are to be sent. */
  readonly target: string;
  /** The transport's to keep. */
  readonly headers: string[];
  readonly body: Buffer | AsyncIterable<Uint8Array> | undefined;
}

/** Status line and header fields of a final (not interim) response. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  /** The upstream's own id of the exchange, where the fields are ours. */
  readonly upstreamId?: string | undefined;
  /** What of the request was left out in another dialect. */
  readonly lossy?: readonly string[];
  /** What went wrong, where the fields are ours and say it in another dialect's words. */
  readonly error?: UpstreamError | undefined;
  /** The numbers of the answer are an estimate of ours. */
  readonly estimated?: boolean;
}

/** Lets the reader of a response hold the upstream back. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** Why an upstream call ended without a complete response. */
export interface TransportFailure {
  readonly error: GatewayError;
  /** True when not one byte of a response had arrived. */
  readonly beforeResponse: boolean;
  /** True when the connection had carried an earlier exchange, so that a repetition on a fresh one is safe to try. */
  readonly onReusedConnection: boolean;
}

/** Receives one response; after `onEnd` or `onFailure`, exactly one of them, nothing follows. */
export interface ResponseSink {
  onHead(head: ResponseHead, flow: Flow): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onFailure(failure: TransportFailure): void;
}

/** A call under way. */
export interface UpstreamCall {
  /** Closes the upstream connection; the sink hears nothing more. Idempotent. */
  abort(): void;
}

/** Sends one request of an attempt; `fresh` asks for a connection that has carried nothing yet. */
export type Send = (request: UpstreamRequest, sink: ResponseSink, fresh?: boolean) => UpstreamCall;

/** Sends requests to one pinned origin. Redirects are never followed. */
export interface Transport extends AsyncDisposable {
  /** `fresh` asks for a connection that has carried nothing yet. */
  send(
    request: UpstreamRequest,
    sink: ResponseSink,
    options?: { readonly fresh?: boolean },
  ): UpstreamCall;
}
