import type { Result } from "../base/result.ts";
import type { CliFailure } from "./deps.ts";

/** A request to one of Spillway's own endpoints. */
export interface ControlRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How long the answer may take, where that is longer than usual. */
  readonly withinMs?: number;
}

export interface ControlAnswer {
  readonly status: number;
  /** Undefined when it was no JSON. */
  readonly body: unknown;
}

/** Spillway's own endpoints, as this machine's owner reaches them: at a running server, or without one. */
export interface Control extends AsyncDisposable {
  send(request: ControlRequest): Promise<Result<ControlAnswer, CliFailure>>;
}

/** Why the endpoints of a data directory cannot be reached without a server. */
export interface ControlRefusal {
  /** Another process has the data directory; perhaps a server that is about to answer. */
  readonly isBusy: boolean;
  readonly message: string;
}
