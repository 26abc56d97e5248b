import { type StreamEvent, sumUsage, type TokenUsage } from "../../canonical/index.ts";
import { NOTHING_OBSERVED, type Observation } from "./anthropic/index.ts";

/** Notes of a stream in the canonical form what metering needs to know. */
export class EventObserver {
  #seen: { -readonly [K in keyof Observation]: Observation[K] } = { ...NOTHING_OBSERVED };
  #first: StreamEvent | undefined;
  /** Of answers that were not shown. */
  readonly #spent: (TokenUsage | undefined)[] = [];

  push(event: StreamEvent): void {
    const seen = this.#seen;
    if (event.type !== "start") this.#first ??= event;
    switch (event.type) {
      case "start":
        seen.sawMessageStart = true;
        seen.servedModel = event.model;
        seen.messageId = event.id;
        this.#use(event.usage);
        return;
      case "delta":
        seen.deliveredTextBytes += bytesOf(event);
        return;
      case "end":
        seen.sawMessageStop = true;
        seen.stopReason = event.stopReason;
        seen.usageComplete = event.usage !== undefined && this.#spent.every(isWhole);
        this.#use(event.usage, seen.usage);
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
    this.#use(usage);
  }

  /** What was told so far is not shown. `spent`: its usage, where it was an answer. */
  restart(spent?: { readonly usage: TokenUsage | undefined }): void {
    if (spent !== undefined) this.#spent.push(spent.usage);
    const total = this.#spent.length === 0 ? undefined : sumUsage(this.#spent);
    this.#first = undefined;
    this.#seen = { ...NOTHING_OBSERVED, usage: total && toUsageObject(total) };
  }

  #use(usage: TokenUsage | undefined, before: Observation["usage"] = {}): void {
    if (usage === undefined) return;
    const total = this.#spent.length === 0 ? usage : sumUsage([...this.#spent, usage]);
    this.#seen.usage = total && { ...before, ...toUsageObject(total) };
  }

  get observation(): Observation {
    return { ...this.#seen };
  }
}

/** Without one of them nobody knows what the whole took. */
function isWhole(usage: TokenUsage | undefined): boolean {
  return usage?.input !== undefined && usage.output !== undefined;
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
    service_tier: usage.serviceTier,
    output_tokens_details: reasoning === undefined ? undefined : { thinking_tokens: reasoning },
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}
