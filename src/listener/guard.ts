import type { IncomingMessage } from "node:http";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import { allValues, firstValue } from "../base/header-list.ts";

/** Which requests a listener answers at all. */
export interface GuardPolicy {
  /** Lower-case host names, without port. */
  readonly hosts: ReadonlySet<string>;
  readonly maxHeaderFields: number;
}

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"] as const;

/** Loopback names and the bind address always work; others are named in `listener.hosts`. */
export function allowedHosts(bind: string, extra: readonly string[]): ReadonlySet<string> {
  return new Set([...LOOPBACK_HOSTS, bracketed(bind), ...extra.map(bracketed)]);
}

/**
 * Refuses what must not reach a handler: doubtful framing, too many fields, a Host that is not ours (DNS rebinding), and
 * anything that a browser sent from another site. Loopback is shared with every web page, so it is no boundary.
 */
export function guard(request: IncomingMessage, policy: GuardPolicy): GatewayError | undefined {
  const headers = request.rawHeaders;
  if (headers.length / 2 > policy.maxHeaderFields) {
    return gatewayError(
      "too_many_headers",
      `The request has more than ${policy.maxHeaderFields} header fields`,
    );
  }
  const encoding = firstValue(headers, "transfer-encoding");
  // Node's parser rejects this too, but only after the handler has run.
  if (encoding !== undefined && request.httpVersion === "1.0") {
    return gatewayError("bad_framing", "HTTP/1.0 has no Transfer-Encoding");
  }
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "chunked") {
    return gatewayError("bad_framing", "The only Transfer-Encoding that is passed on is chunked");
  }
  return checkHost(allValues(headers, "host"), policy.hosts) ?? checkOrigin(request);
}

function checkHost(
  values: readonly string[],
  hosts: ReadonlySet<string>,
): GatewayError | undefined {
  const [value] = values;
  if (value === undefined || values.length > 1) {
    return gatewayError("ambiguous_host", "The request has to carry exactly one Host header");
  }
  if (hosts.has(hostName(value))) return undefined;
  return gatewayError(
    "host_not_allowed",
    `This listener does not answer for the host ${printable(value)}. Add it to listener.hosts in spillway.yaml`,
  );
}

function checkOrigin(request: IncomingMessage): GatewayError | undefined {
  const origin = firstValue(request.rawHeaders, "origin");
  const site = firstValue(request.rawHeaders, "sec-fetch-site");
  const isForeignSite = site !== undefined && site !== "same-origin" && site !== "none";
  if (!isForeignSite && (origin === undefined || isOwnOrigin(origin, request))) return undefined;
  return gatewayError("origin_not_allowed", "Web pages of other origins may not use this gateway");
}

function isOwnOrigin(origin: string, request: IncomingMessage): boolean {
  return origin === `http://${firstValue(request.rawHeaders, "host") ?? ""}`;
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d{1,5}$/, "");
}

function bracketed(host: string): string {
  const name = host.toLowerCase();
  return name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
}

/** Only what a host name can hold, so that nothing else is echoed. */
function printable(value: string): string {
  return value.replaceAll(/[^\w.:[\]-]/g, "?").slice(0, 100);
}
