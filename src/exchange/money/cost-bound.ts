import type { NanoUsd } from "../../base/money.ts";
import { type ModelPrices, worstCase } from "../../metering/index.ts";
import type { RequestBody } from "../request/body.ts";
import { bodyIncludes, type Facts } from "../request/facts.ts";

/** A request whose cost is asked for before it is known. */
export interface Costly {
  readonly facts: Facts;
  readonly body: RequestBody;
  readonly prices: ModelPrices;
}

/** The most that a request may cost, or one of another size that follows from it; undefined without a price. */
export function mostItMayCost(costly: Costly, bodyBytes?: number): NanoUsd | undefined {
  const { facts, body } = costly;
  const plainBytes = body.kind === "held" ? body.plainBytes : 0;
  return boundOf(costly, bodyBytes ?? plainBytes, facts.maxTokens);
}

/** What writing a request's context anew costs, at four bytes for a token, which is about what code has. */
export function costOfContext({ facts, body, prices }: Costly): NanoUsd | undefined {
  // The bound takes a token for every two bytes.
  const bodyBytes = body.kind === "held" ? Math.ceil(body.plainBytes / 2) : 0;
  return boundOf({ facts, body, prices }, bodyBytes, 0);
}

function boundOf(
  { facts, body, prices }: Costly,
  bodyBytes: number,
  maxTokens: number | undefined,
): NanoUsd | undefined {
  const { model, inferenceGeo, speed } = facts;
  // Caches that live for an hour cost more to write.
  const hasLongCache = bodyIncludes(body, '"1h"');
  return worstCase({ model, bodyBytes, maxTokens, hasLongCache, inferenceGeo, speed }, prices);
}
