import type { Exchange } from "./exchange.ts";

/**
 * Which header fields have to arrive at the other side: every one, in order and as it was written, but for those that
 * concern one connection only and those that name a server.
 */

/** End at every hop (RFC 9110 section 7.6.1), or are made anew from the body's framing. */
const ONE_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
]);

/** What a client sent, as the upstream has to see it. */
export function expectedRequestHeaders(request: Exchange["request"]): string[] {
  const { headers: sent, target, body } = request;
  // Bodies of other endpoints are not looked into.
  const isStream = /^(?:\/anthropic)?\/v1\/messages(?:\?|$)/.test(target) && asksForStream(body);
  const headers: string[] = [];
  let encoded = false;
  for (let i = 0; i < sent.length; i += 2) {
    const name = sent[i] ?? "";
    const field = name.toLowerCase();
    if (ONE_HOP.has(field) || field === "host" || field === "expect") continue;
    if (field === "accept-encoding" && isStream) {
      // The one documented change: what is streamed comes unencoded, so that events can be read as they pass.
      if (!encoded) headers.push(name, "identity");
      encoded = true;
    } else headers.push(name, sent[i + 1] ?? "");
  }
  if (isStream && !encoded) headers.push("accept-encoding", "identity");
  return headers;
}

/** What arrived at the upstream, without what belongs to the connection. */
export function comparableRequestHeaders(seen: readonly string[]): string[] {
  return without(seen, (field) => ONE_HOP.has(field) || field === "host");
}

/** What the upstream answered, or what the client got of it: without the connection's fields, the date and our marks. */
export function comparableResponseHeaders(headers: readonly string[]): string[] {
  return without(
    headers,
    (field) => ONE_HOP.has(field) || field === "date" || field.startsWith("x-spillway-"),
  );
}

export function asksForStream(body: Buffer): boolean {
  try {
    return (JSON.parse(body.toString("utf8")) as { readonly stream?: unknown }).stream === true;
  } catch {
    return false;
  }
}

function without(headers: readonly string[], leavesOut: (field: string) => boolean): string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? "";
    if (!leavesOut(name.toLowerCase())) kept.push(name, headers[i + 1] ?? "");
  }
  return kept;
}
