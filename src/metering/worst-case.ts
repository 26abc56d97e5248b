import type { NanoUsd } from "../base/money.ts";
import type { ModelPrices } from "./catalogue.ts";
import { priceUsage } from "./cost.ts";
import { MAX_COUNT } from "./count-reader.ts";
import type { Units } from "./units.ts";

/** What is known of a request before its answer. */
export interface Prospect {
  readonly model: string | undefined;
  /** The JSON body as it is sent. */
  readonly bodyBytes: number;
  /** As the request says; undefined when it does not. */
  readonly maxTokens: number | undefined;
  /** Whether it may write to a cache that lives for an hour, which costs more. */
  readonly hasLongCache: boolean;
  readonly inferenceGeo?: string | undefined;
  readonly speed?: string | undefined;
}

/** Code, JSON and prose have three bytes a token and more; base64 and numbers come near this. */
const BYTES_PER_TOKEN = 2;

/**
 * What the largest models take and give; a longer prompt is refused by the provider, and costs nothing.
 * @source https://platform.claude.com/docs/about-claude/models/whats-new-opus-5 (read 2026-11-24)
 */
const CONTEXT_TOKENS = 1_000_000;
const MAX_OUTPUT_TOKENS = 128_000;

/**
 * The most that a request is expected to cost: every two bytes of its body a token, up to a full context, at the dearest
 * way to bill input, and an answer as long as it allows. Undefined when the model, or the mode that is asked for, has no price.
 *
 * What a body refers to without containing it (files, pages, searches, other models) is not in the bound; the settlement
 * takes the true cost.
 */
export function worstCase(prospect: Prospect, prices: ModelPrices): NanoUsd | undefined {
  const { model, inferenceGeo, speed } = prospect;
  if (model === undefined) return undefined;
  let worst: NanoUsd | undefined;
  for (const units of waysToBill(prospect)) {
    const usage = { entries: [{ model, kind: "message", units }], suspect: false };
    const { cost } = priceUsage(usage, prices, { inferenceGeo, speed });
    if (cost !== undefined && (worst === undefined || cost > worst)) worst = cost;
  }
  return worst;
}

/** A model without prices for caches is billed for plain input. */
function waysToBill({ bodyBytes, maxTokens, hasLongCache }: Prospect): readonly Units[] {
  const prompt = Math.min(bounded(bodyBytes / BYTES_PER_TOKEN, CONTEXT_TOKENS), CONTEXT_TOKENS);
  const output = bounded(maxTokens, MAX_OUTPUT_TOKENS);
  const ways: readonly Units[] = [
    { input: prompt, output },
    { input: 0, cacheWrite5m: prompt, output },
  ];
  return hasLongCache ? [...ways, { input: 0, cacheWrite1h: prompt, output }] : ways;
}

/** A whole number that can be billed; what is no count at all is `otherwise`. */
function bounded(value: number | undefined, otherwise: number): number {
  if (value === undefined || Number.isNaN(value) || value < 0) return otherwise;
  return Math.min(Math.ceil(value), MAX_COUNT);
}
