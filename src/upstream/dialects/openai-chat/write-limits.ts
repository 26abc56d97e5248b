import { createHash } from "node:crypto";
import type { CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import type { ChatTraits } from "./traits.ts";

/** How long the answer may be, and how it is sampled. */
export function writeLimits(request: CanonicalRequest, traits: ChatTraits, lose: Lose): JsonObject {
  const maxTokens = cutMaxTokens(request, traits, lose);
  const { temperature, topP, topK, stopSequences } = request;
  const allowed = traits.sampling;
  if (temperature !== undefined && !allowed.temperature) lose("temperature");
  if (topP !== undefined && !allowed.topP) lose("topP");
  if (topK !== undefined && !allowed.topK) lose("topK");
  if (stopSequences.length > traits.maxStopSequences) lose("stopSequences");
  const stop = stopSequences.slice(0, traits.maxStopSequences);
  return {
    ...(maxTokens === undefined ? {} : { [traits.maxTokensField]: maxTokens }),
    ...(temperature !== undefined && allowed.temperature ? { temperature } : {}),
    ...(topP !== undefined && allowed.topP ? { top_p: topP } : {}),
    ...(topK !== undefined && allowed.topK ? { top_k: topK } : {}),
    ...(stop.length === 0 ? {} : { stop }),
  };
}

/** The limit that is sent. Clients made for one model ask for more than another can, which would be refused. */
export function cutMaxTokens(
  { maxTokens }: CanonicalRequest,
  { maxOutputTokens }: ChatTraits,
  lose: Lose,
): number | undefined {
  if (maxTokens === undefined || maxOutputTokens === undefined) return maxTokens;
  if (maxTokens > maxOutputTokens) lose("maxTokens");
  return Math.min(maxTokens, maxOutputTokens);
}

/** Who asks, and which conversations share a prompt cache. */
export function writeIdentity(
  { userId }: CanonicalRequest,
  traits: ChatTraits,
  lose: Lose,
): JsonObject {
  if (userId === undefined) return {};
  const { userField, promptCacheKey } = traits;
  if (userField === undefined) lose("userId");
  return {
    ...(userField === undefined ? {} : { [userField]: shortened(userId) }),
    ...(promptCacheKey === "allowed" ? { prompt_cache_key: cacheKey(userId) } : {}),
  };
}

const SESSION = /session(?:_id)?[^0-9a-z]{1,8}([0-9a-f]{8}-[0-9a-f-]{27})/i;

/** Claude Code's user id names the session, which is what the requests of one cache have in common; any other may be a name. */
function cacheKey(userId: string): string {
  return SESSION.exec(userId)?.[1] ?? hashOf(userId);
}

/** 64 characters are the most; the beginning of a longer id may be the same for many users. */
function shortened(userId: string): string {
  return userId.length <= 64 ? userId : hashOf(userId);
}

function hashOf(userId: string): string {
  return createHash("sha256").update(userId).digest("hex");
}
