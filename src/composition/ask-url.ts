import type { AskUrl } from "../upstream/signing/ask-url.ts";
import { askWhole } from "../upstream/transport/ask-whole.ts";
import type { OpenWay } from "./ways.ts";

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/** Asks services that hand out credentials, each time over a way that is opened for the one question. */
export function askUrlBy(openWay: OpenWay): AskUrl {
  return async ({ method, url, fields, body, timeoutMs = TIMEOUT_MS }) => {
    const { origin, pathname, search } = new URL(url);
    const opened = openWay(origin);
    if (!opened.ok) return { failure: opened.error };
    await using transport = opened.value;
    const request = {
      method,
      target: `${pathname}${search}`,
      headers: ["accept", "*/*", "user-agent", "spillway", ...fields],
      body: body === undefined ? undefined : Buffer.from(body),
    };
    const { signal } = new AbortController();
    return await askWhole(transport, request, { timeoutMs, maxBytes: MAX_BYTES, signal });
  };
}
