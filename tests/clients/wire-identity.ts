import assert from "node:assert/strict";
import { sha256, type Tap, type WireExchange, type WireMessage } from "../upstream/tap.ts";

/** Headers that belong to one connection or its framing and are made anew for the next. */
const PER_CONNECTION = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Every exchange on the client's side must appear on the upstream's side with the same start line, header list
 * and body, both ways. Allowed: headers of the connection, `accept-encoding: identity` on streams, and
 * `x-spillway-*` on answers. Returns how many exchanges were compared.
 */
export function assertUnchanged(clientSide: Tap, upstreamSide: Tap): number {
  const unmatched = upstreamSide.exchanges();
  let compared = 0;
  for (const seen of clientSide.exchanges()) {
    if (!seen.request.complete || isConnectionWarmUp(seen.request)) continue;
    const index = unmatched.findIndex((sent) => isSameRequest(seen, sent));
    assert.notEqual(index, -1, `did not reach the upstream unchanged: ${describe(seen.request)}`);
    const [sent] = unmatched.splice(index, 1);
    assert.ok(sent);
    assert.deepEqual(requestHeaders(sent.request), requestHeaders(seen.request));
    assertSameResponse(seen.response, sent.response);
    compared += 1;
  }
  assert.deepEqual(
    unmatched
      .filter(({ request }) => !isConnectionWarmUp(request))
      .map(({ request }) => describe(request)),
    [],
    "requests that no client sent",
  );
  return compared;
}

function isConnectionWarmUp(request: WireMessage): boolean {
  return /^(?:HEAD|GET) \/(?:api\/hello)? /.test(request.startLine);
}

function isSameRequest(seen: WireExchange, sent: WireExchange): boolean {
  return (
    seen.request.startLine === sent.request.startLine &&
    sha256(seen.request.body) === sha256(sent.request.body) &&
    header(seen.request, "x-claude-code-session-id") ===
      header(sent.request, "x-claude-code-session-id")
  );
}

function assertSameResponse(seen: WireMessage | undefined, sent: WireMessage | undefined): void {
  if (seen === undefined || sent === undefined) return;
  assert.equal(
    seen.startLine,
    sent.startLine,
    `${seen.startLine} instead of ${sent.startLine}: ${seen.body.toString("utf8", 0, 400)}`,
  );
  assert.deepEqual(responseHeaders(seen), responseHeaders(sent));
  if (seen.complete) assert.equal(sha256(seen.body), sha256(sent.body));
  // A client that left, or an upstream that broke off: what arrived must be what was sent, so far.
  else assert.ok(sent.body.subarray(0, seen.body.length).equals(seen.body));
}

function requestHeaders(request: WireMessage): string[] {
  const isStream = /"stream":\s*true/.test(request.body.toString("latin1"));
  return headerLines(request, (name) => isStream && name === "accept-encoding");
}

function responseHeaders(response: WireMessage): string[] {
  return headerLines(response, (name) => name.startsWith("x-spillway-"));
}

/** `Name: value` lines in order, with case, without those that may differ. */
function headerLines(message: WireMessage, isLeftOut: (name: string) => boolean): string[] {
  const lines: string[] = [];
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    const name = message.rawHeaders[index] ?? "";
    const lower = name.toLowerCase();
    if (PER_CONNECTION.has(lower) || isLeftOut(lower)) continue;
    lines.push(`${name}: ${message.rawHeaders[index + 1]}`);
  }
  return lines;
}

function header(message: WireMessage, wanted: string): string | undefined {
  const index = message.rawHeaders.findIndex(
    (name, at) => at % 2 === 0 && name.toLowerCase() === wanted,
  );
  return index < 0 ? undefined : message.rawHeaders[index + 1];
}

function describe(message: WireMessage): string {
  return `${message.startLine} with ${message.body.length} bytes`;
}
