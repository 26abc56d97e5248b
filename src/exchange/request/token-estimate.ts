import type { TokenTotals } from "../../store/record.ts";
import type { RequestBody } from "./body.ts";

/** What code and prose have of a token. */
const BYTES_PER_TOKEN = 4;

/** Tokens of a request's input, before anybody has counted them. */
export function estimateTokens(body: RequestBody): number {
  if (body.kind === "none") return 0;
  const bytes = body.kind === "held" ? body.plainBytes : (body.lengthBytes ?? 0);
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Tokens as limits of speed count them: what is read from a cache is free. Undefined: nothing is known. */
export function limitedTokens({ input, output, cacheWrite }: TokenTotals): number | undefined {
  if (input === undefined && output === undefined) return undefined;
  return (input ?? 0) + (output ?? 0) + (cacheWrite ?? 0);
}
