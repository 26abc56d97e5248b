import type { NanoPrices, PriceEntry } from "./price-entry.ts";

/** The whole, in hundredths of a percent: 5.5% is 550. */
export const WHOLE = 10_000;

/** A price that is another one's part or multiple, in hundredths of a percent; its id says so, for both have to be told apart. */
export function scaleEntry(entry: PriceEntry, basisPoints: number): PriceEntry {
  if (basisPoints === WHOLE) return entry;
  const { longPrompt } = entry;
  return {
    ...entry,
    id: `${entry.id}*${basisPoints / WHOLE}`,
    prices: scalePrices(entry.prices, basisPoints),
    longPrompt: longPrompt && {
      ...longPrompt,
      prices: scalePrices(longPrompt.prices, basisPoints),
    },
  };
}

/** Up to the next nano-dollar for a million, so that no price is below the real one. */
function scalePrices(prices: NanoPrices, basisPoints: number): NanoPrices {
  const scale = (price: bigint): bigint =>
    (price * BigInt(basisPoints) + BigInt(WHOLE - 1)) / BigInt(WHOLE);
  const scaleKnown = (price: bigint | undefined) =>
    price === undefined ? undefined : scale(price);
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearch } = prices;
  return {
    input: scale(input),
    output: scale(output),
    cacheRead: scaleKnown(cacheRead),
    cacheWrite5m: scaleKnown(cacheWrite5m),
    cacheWrite1h: scaleKnown(cacheWrite1h),
    webSearch: scaleKnown(webSearch),
  };
}
