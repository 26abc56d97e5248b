import type { StreamEvent, TokenUsage } from "../../canonical/index.ts";
import { NOTHING_OBSERVED, type Observation } from "./anthropic/index.ts";

/** Notes of a stream in the canonical form what metering needs to know. */
export class EventObserver {
  #seen: { -readonly [K in keyof Observation]: Observation[K] } = { ...NOTHING_OBSERVED };
  #first: StreamEvent | undefined;

  push(event: StreamEvent): void {
    const seen = this.#seen;
    if (event.type !== "start") this.#first ??= event;
    switch (event.type) {
      case "start":
        seen.sawMessageStart = true;
        seen.servedModel = event.model;
        seen.messageId = event.id;
        if (event.usage !== undefined) seen.usage = toUsageObject(event.usage);
        return;
      case "delta":
        seen.deliveredTextBytes += bytesOf(event);
        return;
      case "end":
        seen.sawMessageStop = true;
        seen.stopReason = event.stopReason;
        seen.usageComplete = event.usage !== undefined;
        if (event.usage !== undefined) {
          seen.usage = { ...seen.usage, ...toUsageObject(event.usage) };
        }
        return;
      case "error":
        seen.errorType = event.error.kind;
        return;
      case "block":
      case "block_end":
        return;
      default:
        event satisfies never;
    }
  }

  /** The first event that is more than a beginning: content, an end, or an error. */
  get first(): StreamEvent | undefined {
    return this.#first;
  }

  /** What is known, or to be expected, of an answer that goes on. */
  expect(usage: TokenUsage | undefined): void {
    if (usage !== undefined) this.#seen.usage = toUsageObject(usage);
  }

  get observation(): Observation {
    return { ...this.#seen };
  }
}

function bytesOf({ delta }: Extract<StreamEvent, { readonly type: "delta" }>): number {
  switch (delta.type) {
    case "text":
    case "thinking":
      return Buffer.byteLength(delta.text);
    case "input":
      return Buffer.byteLength(delta.json);
    case "signature":
    case "opaque":
      return 0;
    default:
      return delta satisfies never;
  }
}

/** Counts in the words in which metering reads them, whoever told them; what is not known is left out. */
export function toUsageObject(usage: TokenUsage): Readonly<Record<string, unknown>> {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage;
  const hasWrites = cacheWrite5m !== undefined || cacheWrite1h !== undefined;
  const counts = {
    input_tokens: input,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: hasWrites ? (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0) : undefined,
    cache_creation: hasWrites
      ? {
          ephemeral_5m_input_tokens: cacheWrite5m ?? 0,
          ephemeral_1h_input_tokens: cacheWrite1h ?? 0,
        }
      : undefined,
    output_tokens: output,
    output_tokens_details: reasoning === undefined ? undefined : { thinking_tokens: reasoning },
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}
