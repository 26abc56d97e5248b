import type { UpstreamErrorKind } from "../../../canonical/index.ts";

const KINDS: Readonly<Record<number, UpstreamErrorKind>> = {
  401: "authentication",
  402: "billing",
  403: "permission",
  404: "not_found",
  408: "timeout",
  413: "too_large",
  429: "rate_limit",
  499: "timeout",
  503: "overloaded",
  504: "timeout",
  524: "timeout",
  529: "overloaded",
};

/** What an HTTP status says of a failure; undefined where it says no more than whose fault it is. */
export function statusKind(status: number | undefined): UpstreamErrorKind | undefined {
  return status === undefined ? undefined : KINDS[status];
}
