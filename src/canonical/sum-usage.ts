import type { TokenUsage } from "./message.ts";

/** What every answer tells that tells anything: without it the sum is not known. */
const STRICT = ["input", "output"] as const;
const LOOSE = ["cacheRead", "cacheWrite5m", "cacheWrite1h", "reasoning"] as const;

/** The usage of several answers together; one that told none makes it unknown. */
export function sumUsage(
  usages: readonly (TokenUsage | undefined)[],
  webSearches = 0,
): TokenUsage | undefined {
  const searches = webSearches === 0 ? {} : { webSearches };
  const told = usages.filter((usage) => usage !== undefined);
  if (told.length < usages.length) return webSearches === 0 ? undefined : searches;
  const sums = [...STRICT, ...LOOSE].map((member) => {
    const counts = told.map((usage) => usage[member]).filter((count) => count !== undefined);
    const isKnown = LOOSE.some((loose) => loose === member) || counts.length === told.length;
    const sum = counts.reduce((total, count) => total + count, 0);
    return [member, counts.length > 0 && isKnown ? sum : undefined] as const;
  });
  const { serviceTier } = told.at(-1) ?? {};
  const tier = serviceTier === undefined ? {} : { serviceTier };
  return {
    ...Object.fromEntries(sums.filter(([, sum]) => sum !== undefined)),
    ...searches,
    ...tier,
  };
}
