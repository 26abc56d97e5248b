import type { Dispatcher } from "undici";
import type { UpstreamRequest } from "./contract.ts";

/** A request as the HTTP client takes it. */
export function toDispatchOptions(request: UpstreamRequest): Dispatcher.DispatchOptions {
  return {
    path: request.target,
    method: request.method,
    headers: request.headers,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- async iterables are taken, but missing in the types
    body: (request.body ?? null) as Buffer | null,
  };
}
