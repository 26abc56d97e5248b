import type { Share } from "../../base/allowance.ts";
import type { GatewayError } from "../../base/errors.ts";
import { ok, type Result } from "../../base/result.ts";
import { isLimited } from "../../policy/rate-limit/index.ts";
import type { House } from "../house.ts";
import { PAID, type PurseOwner } from "../money/purse.ts";
import { estimateTokens } from "../request/token-estimate.ts";

/** A request's part of its key's speed, until the exchange is over; undefined: the key, or the request, has no limit. */
export async function enterKey(
  { call, identity: { key }, body, sessionId = "" }: PurseOwner,
  { rates, metrics }: Pick<House, "rates" | "metrics">,
): Promise<Result<Share | undefined, GatewayError>> {
  if (key === undefined || !isLimited(key.settings)) return ok(undefined);
  const generates = PAID.has(call.operation);
  if (!generates && call.operation !== "count_tokens") return ok(undefined);
  const entered = await rates.enter({
    key: { id: key.id, name: key.name, speed: key.settings },
    session: sessionId,
    tokens: generates ? estimateTokens(body) : undefined,
  });
  if (entered.ok) return entered;
  metrics.rateLimited(entered.error.limit);
  return { ok: false, error: entered.error.error };
}
