import { isObject, parseJson } from "../../../base/json.ts";
import {
  findMember,
  memberText,
  readNumber,
  readString,
  type ScanResult,
  scanTopLevel,
} from "../../../base/json-scan.ts";
import { NOTHING_OBSERVED, type Observation, shortText, type Tap } from "./observation.ts";
import { readableUsage } from "./usage-merge.ts";

/** A JSON answer beyond this is passed on unread. */
const MAX_BODY_BYTES = 64 * 2 ** 20;
const MAX_PART_BYTES = 2 ** 20;

const WANTED: ReadonlySet<string> = new Set([
  "type",
  "id",
  "model",
  "stop_reason",
  "usage",
  "error",
  "input_tokens",
]);

/** Reads the same from an answer that is one JSON body: a message, a token count, or an error. */
export class BodyTap implements Tap {
  /** A JSON body has no place for an event. */
  readonly atBoundary = false;
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxBytes: number = MAX_BODY_BYTES) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#maxBytes) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  finish(): Observation {
    if (this.#bytes > this.#maxBytes) return { ...NOTHING_OBSERVED, failed: true };
    const body = Buffer.concat(this.#chunks);
    this.#chunks = [];
    try {
      return observeBody(body);
    } catch {
      return { ...NOTHING_OBSERVED, failed: true };
    }
  }
}

function observeBody(body: Buffer): Observation {
  const scan = scanTopLevel(body, WANTED);
  if (scan.kind !== "object") return NOTHING_OBSERVED;
  const type = textOf(body, scan, "type");
  const usage = readableUsage(partOf(body, scan, "usage"));
  const isMessage = type === "message";
  return {
    ...NOTHING_OBSERVED,
    servedModel: textOf(body, scan, "model"),
    messageId: isMessage ? textOf(body, scan, "id") : undefined,
    stopReason: textOf(body, scan, "stop_reason"),
    usage,
    usageComplete: usage !== undefined,
    sawMessageStart: isMessage,
    sawMessageStop: isMessage,
    errorType: errorTypeOf(body, scan, type),
    inputTokensCounted: isMessage ? undefined : readNumber(body, findMember(scan, "input_tokens")),
  };
}

function errorTypeOf(body: Buffer, scan: ScanResult, type: string | undefined): string | undefined {
  const error = partOf(body, scan, "error");
  if (isObject(error)) return shortText(error["type"]) ?? "unknown";
  return type === "error" ? "unknown" : undefined;
}

function textOf(body: Buffer, scan: ScanResult, name: string): string | undefined {
  return shortText(readString(body, findMember(scan, name)));
}

function partOf(body: Buffer, scan: ScanResult, name: string): unknown {
  const member = findMember(scan, name);
  if (member?.type !== "object") return undefined;
  const parsed = parseJson(memberText(body, member), { maxBytes: MAX_PART_BYTES });
  return parsed.ok ? parsed.value : undefined;
}
