import type { TokenUsage } from "../../../canonical/index.ts";

/** What every round tells that tells anything: without it the sum is not known. */
const STRICT = ["input", "output"] as const;
const LOOSE = ["cacheRead", "cacheWrite5m", "cacheWrite1h", "reasoning"] as const;

/** The usage of all rounds together; a round that told none makes it unknown. */
export function sumUsage(
  rounds: readonly (TokenUsage | undefined)[],
  webSearches: number,
): TokenUsage | undefined {
  const searches = webSearches === 0 ? {} : { webSearches };
  const told = rounds.filter((usage) => usage !== undefined);
  if (told.length < rounds.length) return webSearches === 0 ? undefined : searches;
  const sums = [...STRICT, ...LOOSE].map((member) => {
    const counts = told.map((usage) => usage[member]).filter((count) => count !== undefined);
    const isKnown = LOOSE.some((loose) => loose === member) || counts.length === told.length;
    const sum = counts.reduce((total, count) => total + count, 0);
    return [member, counts.length > 0 && isKnown ? sum : undefined] as const;
  });
  return { ...Object.fromEntries(sums.filter(([, sum]) => sum !== undefined)), ...searches };
}
