import { gunzipSync } from "node:zlib";
import { at, type Exchange, headerOf, isRecord } from "./exchange.ts";
import { asksForStream } from "./passed-on.ts";

/** What a record has to say of an exchange, by a plain reading of the recording. */
export interface ExpectedUsage {
  readonly source: "provider" | "none" | "estimated" | "unknown";
  readonly input: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  readonly output: number | null;
}

type Usage = Readonly<Record<string, unknown>>;

const NOTHING = { input: null, cacheRead: null, cacheWrite: null, output: null } as const;

/** Undefined where a plain reading cannot tell: a stream that broke off is estimated, which is no reading. */
export function expectedUsage({ request, response }: Exchange): ExpectedUsage | undefined {
  const path = request.target.replace(/^\/anthropic\//, "/").split("?", 1)[0];
  if (request.method !== "POST" || path !== "/v1/messages") return undefined;
  if (response.status === undefined || response.reset) return undefined;
  if (response.status >= 400) return { source: "none", ...NOTHING };
  const isGzip = headerOf(response.headers, "content-encoding") === "gzip";
  const text = (isGzip ? gunzipSync(response.body) : response.body).toString("utf8");
  const type = headerOf(response.headers, "content-type") ?? "";
  const usage =
    type.includes("event-stream") || (asksForStream(request.body) && !type.includes("json"))
      ? usageOfStream(text)
      : usageOfBody(text);
  return usage === undefined ? undefined : { source: "provider", ...tokensOf(usage) };
}

function usageOfBody(text: string): Usage | undefined {
  const usage = at(parse(text), "usage");
  return isRecord(usage) ? usage : undefined;
}

/** The figures are cumulative: what a later event says replaces what an earlier one said; null says nothing. */
function usageOfStream(text: string): Usage | undefined {
  let usage: Usage = {};
  let isFinal = false;
  for (const event of text.split(/\r?\n\r?\n/)) {
    const data = event
      .split(/\r?\n/)
      .filter((line) => line.startsWith("data:"))
      .map((line) => line.slice("data:".length).trim())
      .join("\n");
    const parsed = parse(data);
    const type = at(parsed, "type");
    const found = type === "message_start" ? at(parsed, "message", "usage") : at(parsed, "usage");
    if (!isRecord(found)) continue;
    usage = overlay(usage, found);
    if (type === "message_delta" && at(parsed, "delta", "stop_reason") != null) isFinal = true;
  }
  return isFinal ? usage : undefined;
}

function overlay(earlier: Usage, later: Usage): Usage {
  const merged: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    if (value === null && merged[key] !== undefined) continue;
    const before = merged[key];
    merged[key] = isRecord(before) && isRecord(value) ? overlay(before, value) : value;
  }
  return merged;
}

/** `iterations` has every sampling of the answer, the top level only the last kind of them. */
function tokensOf(usage: Usage): Omit<ExpectedUsage, "source"> {
  const listed = usage["iterations"];
  const parts = Array.isArray(listed) && listed.length > 0 ? listed.filter(isRecord) : [usage];
  return {
    input: sum(parts.map((part) => numberOf(part["input_tokens"]))),
    cacheRead: sum(parts.map((part) => numberOf(part["cache_read_input_tokens"]))),
    cacheWrite: sum(parts.map(cacheWriteOf)),
    output: sum(parts.map((part) => numberOf(part["output_tokens"]))),
  };
}

function cacheWriteOf(part: Usage): number | undefined {
  const total = numberOf(part["cache_creation_input_tokens"]);
  if (total !== undefined) return total;
  const fiveMinutes = numberOf(at(part, "cache_creation", "ephemeral_5m_input_tokens"));
  const oneHour = numberOf(at(part, "cache_creation", "ephemeral_1h_input_tokens"));
  return sum([fiveMinutes, oneHour]) ?? undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function sum(parts: readonly (number | undefined)[]): number | null {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? null : known.reduce((total, part) => total + part, 0);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
