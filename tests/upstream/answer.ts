import { gzipSync } from "node:zlib";
import {
  encodeEvent,
  event,
  type JsonObject,
  type Message,
  messageEvents,
  messageJson,
} from "./messages.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { isObject } from "./request-kind.ts";

/** How the bytes of an answer travel. Offsets count body bytes as sent (after compression). */
export interface Delivery {
  /** Waited before the head is sent; a promise lets the test decide. */
  readonly beforeHead?: Promise<unknown>;
  /** Interim responses before the final head: `103` with these headers, each once. */
  readonly interim?: readonly Readonly<Record<string, string>>[];
  readonly headDelayMs?: number;
  /** Instead of any answer the connection is reset or closed once the request has been read. */
  readonly breakBeforeHead?: "reset" | "close";
  /** Waited before each piece of the body after the first. */
  readonly pieceDelayMs?: number;
  /** Body offsets at which writes are split besides the natural pieces. */
  readonly splitAt?: readonly number[];
  /** Every write carries this many bytes at most. */
  readonly splitEvery?: number;
  readonly gzip?: boolean;
  /** After this many body bytes the connection is reset (RST). */
  readonly resetAfterBytes?: number;
  /** After this many body bytes the connection is closed (FIN) without the end of the body. */
  readonly cutAfterBytes?: number;
  /** After this many body bytes nothing more is sent until `resume` settles; without it, never. */
  readonly stallAfterBytes?: number;
  readonly resume?: Promise<unknown>;
  /** False: chunked transfer coding. True: a content-length. Default: length for JSON, chunked for SSE. */
  readonly contentLength?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly statusMessage?: string;
  /** Names and values in turn, sent in this order and case. */
  readonly headers: readonly string[];
  /** Natural pieces of the body, e.g. one SSE event each. */
  readonly pieces: readonly Buffer[];
  readonly stream: boolean;
  readonly delivery: Delivery;
}

/** Makes the answer to one request; `serial` counts the requests of this upstream. */
export type Responder = (request: RecordedRequest, serial: number) => Answer | Promise<Answer>;

function identity(serial: number, prefix: string): string {
  return `${prefix}_01Mock${String(serial).padStart(18, "0")}`;
}

function requestedModel(request: RecordedRequest): string {
  const body = request.json();
  const model = isObject(body) ? body["model"] : undefined;
  return typeof model === "string" ? model : "claude-unknown";
}

function wantsStream(request: RecordedRequest): boolean {
  const body = request.json();
  return isObject(body) && body["stream"] === true;
}

/** A Messages answer, streamed when the request asks for a stream. */
export function message(
  content: Message,
  delivery: Delivery = {},
  headers: readonly string[] = [],
): Responder {
  return (request, serial) => {
    const id = identity(serial, "msg");
    const common = ["request-id", identity(serial, "req"), ...headers];
    if (!wantsStream(request)) {
      return jsonAnswer(200, messageJson(content, requestedModel(request), id), common, delivery);
    }
    return {
      status: 200,
      headers: [
        "Content-Type",
        "text/event-stream; charset=utf-8",
        "Cache-Control",
        "no-cache",
        ...common,
      ],
      pieces: messageEvents(content, requestedModel(request), id).map(encodeEvent),
      stream: true,
      delivery,
    };
  };
}

/** A stream that breaks with an `error` event after the given number of events. */
export function messageThenError(
  content: Message,
  afterEvents: number,
  error: { readonly type: string; readonly message: string },
): Responder {
  return (request, serial) => {
    const events = messageEvents(content, requestedModel(request), identity(serial, "msg"));
    return {
      status: 200,
      headers: ["Content-Type", "text/event-stream; charset=utf-8"],
      pieces: [
        ...events.slice(0, afterEvents),
        event("error", { error: { type: error.type, message: error.message } }),
      ].map(encodeEvent),
      stream: true,
      delivery: {},
    };
  };
}

export function json(
  status: number,
  value: unknown,
  headers: readonly string[] = [],
  delivery: Delivery = {},
): Responder {
  return () => jsonAnswer(status, value, headers, delivery);
}

/** Any bytes under any content type. */
export function bytes(
  status: number,
  contentType: string,
  pieces: readonly (Buffer | string)[],
  headers: readonly string[] = [],
  delivery: Delivery = {},
): Responder {
  return () => ({
    status,
    headers: ["Content-Type", contentType, ...headers],
    pieces: pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)),
    stream: false,
    delivery,
  });
}

function jsonAnswer(
  status: number,
  value: unknown,
  headers: readonly string[],
  delivery: Delivery,
): Answer {
  return {
    status,
    headers: ["Content-Type", "application/json", ...headers],
    pieces: [Buffer.from(JSON.stringify(value))],
    stream: false,
    delivery: { contentLength: true, ...delivery },
  };
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  409: "conflict_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/** An error in Anthropic's envelope. */
export function failure(
  status: number,
  text: string,
  headers: readonly string[] = [],
  type = ERROR_TYPES[status] ?? "api_error",
): Responder {
  return (_request, serial) => {
    const id = identity(serial, "req");
    const body = { type: "error", error: { type, message: text }, request_id: id };
    return jsonAnswer(status, body, ["request-id", id, ...headers], {});
  };
}

/** Figures of a subscription's windows; utilisation 0 to 1, resets in epoch seconds. */
export interface UnifiedWindows {
  readonly status?: string;
  readonly fiveHour?: number;
  readonly fiveHourReset?: number;
  readonly sevenDay?: number;
  readonly sevenDayReset?: number;
  readonly claim?: string;
  readonly overageStatus?: string;
}

/** The headers with which a subscription's answers tell its windows, as a flat header list. */
export function unifiedHeaders(windows: UnifiedWindows = {}): string[] {
  const status = windows.status ?? "allowed";
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const fiveHourReset = String(windows.fiveHourReset ?? nowSeconds + 2 * 3_600);
  const sevenDayReset = String(windows.sevenDayReset ?? nowSeconds + 4 * 86_400);
  const prefix = "anthropic-ratelimit-unified";
  return [
    [`${prefix}-status`, status],
    [`${prefix}-5h-status`, status],
    [`${prefix}-5h-reset`, fiveHourReset],
    [`${prefix}-5h-utilization`, String(windows.fiveHour ?? 0.37)],
    [`${prefix}-7d-status`, "allowed"],
    [`${prefix}-7d-reset`, sevenDayReset],
    [`${prefix}-7d-utilization`, String(windows.sevenDay ?? 0.12)],
    [`${prefix}-representative-claim`, windows.claim ?? "five_hour"],
    [`${prefix}-fallback-percentage`, "0.5"],
    [`${prefix}-reset`, windows.claim === "seven_day" ? sevenDayReset : fiveHourReset],
    [`${prefix}-overage-status`, windows.overageStatus ?? "rejected"],
    [`${prefix}-overage-disabled-reason`, "org_level_disabled"],
  ].flat();
}

export interface ModelEntry {
  readonly id: string;
  readonly displayName: string;
}

/** `GET /v1/models` (one page) and `GET /v1/models/{id}`. */
export function models(entries: readonly ModelEntry[]): Responder {
  return (request) => {
    const data = entries.map(
      (entry): JsonObject => ({
        type: "model",
        id: entry.id,
        display_name: entry.displayName,
        created_at: "2026-10-01T00:00:00Z",
      }),
    );
    const wanted = /^\/v1\/models\/([^?]+)/.exec(request.target)?.[1];
    if (wanted === undefined) {
      const list = {
        data,
        has_more: false,
        first_id: entries.at(0)?.id ?? null,
        last_id: entries.at(-1)?.id ?? null,
      };
      return jsonAnswer(200, list, [], {});
    }
    const found = data.find((entry) => entry["id"] === decodeURIComponent(wanted));
    if (found !== undefined) return jsonAnswer(200, found, [], {});
    const error = { type: "not_found_error", message: `model: ${wanted}` };
    return jsonAnswer(404, { type: "error", error }, [], {});
  };
}

/** The same answer, delivered otherwise or with more headers. */
export function adjusted(
  responder: Responder,
  change: { readonly delivery?: Delivery; readonly headers?: readonly string[] },
): Responder {
  return async (request, serial) => {
    const answer = await responder(request, serial);
    return {
      ...answer,
      headers: [...answer.headers, ...(change.headers ?? [])],
      delivery: { ...answer.delivery, ...change.delivery },
    };
  };
}

/** The writes that carry an answer's body: natural pieces, compressed and split as its delivery says. */
export function bodyWrites(answer: Answer): Buffer[] {
  const { gzip, splitAt = [], splitEvery } = answer.delivery;
  const pieces = gzip === true ? [gzipSync(Buffer.concat(answer.pieces))] : answer.pieces;
  const cuts = new Set(splitAt);
  const writes: Buffer[] = [];
  let offset = 0;
  for (const piece of pieces) {
    let start = 0;
    for (let at = 1; at < piece.length; at += 1) {
      const isCut = cuts.has(offset + at) || (splitEvery !== undefined && at - start >= splitEvery);
      if (!isCut) continue;
      writes.push(piece.subarray(start, at));
      start = at;
    }
    writes.push(piece.subarray(start));
    offset += piece.length;
  }
  return writes.filter((write) => write.length > 0);
}
