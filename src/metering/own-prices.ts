import type { ListedPrice, PriceList } from "./price.ts";

/** The provider's own price page. */
const PRICE_PAGE = "https://platform.claude.com/docs/en/about-claude/pricing";
const LINE_UP = "https://platform.claude.com/docs/about-claude/models/whats-new-opus-5";
const RELEASE_NOTES = "https://platform.claude.com/docs/en/release-notes/overview";

/** Models since 4.6 take `inference_geo`. Source: https://platform.claude.com/docs/en/manage-claude/data-residency */
const US = { usPercent: 110 } as const;
/** Source: https://platform.claude.com/docs/en/build-with-claude/fast-mode */
const FAST = { fastPercent: 200 } as const;

const NOW = { source: LINE_UP, date: "2026-11" } as const;
const EARLIER = { source: PRICE_PAGE, date: "2026-08" } as const;

/** Input, output, 5-minute write, 1-hour write, cache read: dollars for a million tokens. */
function usd(input: string, output: string, write5m: string, write1h: string, read: string) {
  return {
    input,
    output,
    cacheWrite5m: write5m,
    cacheWrite1h: write1h,
    cacheRead: read,
    webSearch: "10",
  } as const;
}

const FABLE_5 = usd("10", "50", "12.50", "20", "1.00");
const OPUS = usd("5", "25", "6.25", "10", "0.50");
const OPUS_4_1 = usd("15", "75", "18.75", "30", "1.50");
const SONNET = usd("3", "15", "3.75", "6", "0.30");

const PRICES: readonly ListedPrice[] = [
  {
    model: "claude-fable-5-2",
    usd: usd("8", "40", "10", "16", "0.20"),
    ...US,
    source: RELEASE_NOTES,
    date: "2026-11",
  },
  { model: "claude-fable-5-1", usd: usd("10", "50", "12.50", "20", "0.25"), ...US, ...NOW },
  { model: "claude-opus-5-5", usd: usd("4", "20", "5", "8", "0.20"), ...US, ...FAST, ...NOW },
  { model: "claude-sonnet-5-5", usd: usd("2", "10", "2.50", "4", "0.10"), ...US, ...NOW },
  {
    model: "claude-haiku-5-5",
    usd: usd("0.10", "0.50", "0.125", "0.20", "0.01"),
    longPrompt: { aboveTokens: 100_000, usd: usd("0.50", "2.50", "0.625", "1.00", "0.05") },
    ...US,
    ...NOW,
  },
  { model: "claude-fable-5", usd: FABLE_5, ...US, ...EARLIER },
  { model: "claude-mythos-5", usd: FABLE_5, ...US, ...EARLIER },
  { model: "claude-opus-5", usd: OPUS, ...US, ...FAST, ...EARLIER },
  { model: "claude-opus-4-8", usd: OPUS, ...US, ...FAST, ...EARLIER },
  { model: "claude-opus-4-7", usd: OPUS, ...US, ...EARLIER },
  { model: "claude-opus-4-6", usd: OPUS, ...US, ...EARLIER },
  { model: "claude-opus-4-5", usd: OPUS, ...EARLIER },
  { model: "claude-sonnet-5", usd: usd("2", "10", "2.50", "4", "0.20"), ...US, ...EARLIER },
  { model: "claude-sonnet-4-6", usd: SONNET, ...US, ...EARLIER },
  { model: "claude-sonnet-4-5", usd: SONNET, ...EARLIER },
  { model: "claude-haiku-4-5", usd: usd("1", "5", "1.25", "2", "0.10"), ...EARLIER },
  { model: "claude-opus-4-1", usd: OPUS_4_1, ...EARLIER },
];

/** Ids of current Claude models. */
export const KNOWN_CLAUDE_MODELS: readonly string[] = PRICES.map(({ model }) => model);

/** Current Claude models, checked against the provider's pages; wins over generated lists. */
export const OWN_PRICES: PriceList = {
  version: "spillway-2026-11-20",
  provider: "anthropic",
  prices: PRICES,
};
