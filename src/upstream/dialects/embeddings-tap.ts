import { isObject, parseJson } from "../../base/json.ts";
import { findMember, readText, scanParts, spanOf } from "../../base/json-scan.ts";
import { NOTHING_OBSERVED, type Observation, type Tap } from "./anthropic/index.ts";

const WANTED: ReadonlySet<string> = new Set(["model", "usage"]);
/** Two thousand long vectors in decimal digits. */
const MAX_BODY_BYTES = 128 * 2 ** 20;
const MAX_USAGE_BYTES = 64 * 1024;

/** Reads what an answer with embeddings used, and no vector of it. */
export class EmbeddingsTap implements Tap {
  readonly atBoundary = false;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BODY_BYTES) this.#chunks.length = 0;
    else this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }

  finish(): Observation {
    if (this.#bytes > MAX_BODY_BYTES) return { ...NOTHING_OBSERVED, failed: true };
    const scan = scanParts(this.#chunks, WANTED);
    const usage = findMember(scan, "usage");
    const tokens = usage === undefined ? undefined : this.#tokensOf(usage);
    if (tokens === undefined) return NOTHING_OBSERVED;
    const model = findMember(scan, "model");
    const servedModel = model?.type === "string" ? readText(this.#span(model)) : undefined;
    return {
      ...NOTHING_OBSERVED,
      servedModel,
      usage: { input_tokens: tokens, output_tokens: 0 },
      usageComplete: true,
      sawMessageStart: true,
      sawMessageStop: true,
    };
  }

  #tokensOf(member: Span): number | undefined {
    const read = parseJson(this.#span(member), { maxBytes: MAX_USAGE_BYTES });
    if (!read.ok || !isObject(read.value)) return undefined;
    const tokens = read.value["prompt_tokens"] ?? read.value["total_tokens"];
    return typeof tokens === "number" ? tokens : undefined;
  }

  #span({ valueStart, valueEnd }: Span): Buffer {
    return spanOf(this.#chunks, valueStart, valueEnd);
  }
}

interface Span {
  readonly valueStart: number;
  readonly valueEnd: number;
}
