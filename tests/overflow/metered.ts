import assert from "node:assert/strict";
import { type Row, sumOf } from "./books.ts";

/** Nano-dollars for one token of claude-opus-5-5, and for one web search, by Anthropic's price page. */
export const PRICE = {
  input: 4_000,
  output: 20_000,
  write5m: 5_000,
  write1h: 8_000,
  read: 200,
  search: 10_000_000,
};
export const MODEL = "claude-opus-5-5";

export const bodyOf = (stream: boolean) =>
  JSON.stringify({
    model: MODEL,
    max_tokens: 1_000,
    stream,
    messages: [{ role: "user", content: "hello" }],
  });

/** Charged in full at what the budget held: nobody knows what it cost (R15). */
export const HELD = "held";
export type Cost = number | typeof HELD;

/** What a request under a budget was charged, on record and in the books. */
export function assertCost(row: Row, cost: Cost): void {
  const reserved = row.lines
    .filter(({ leg, account }) => leg === "reserve" && account.startsWith("held:"))
    .reduce((sum, { amountNano }) => sum + amountNano, 0n);
  assert.ok(reserved > 0n, "nothing was held");
  const charged = cost === HELD ? reserved : BigInt(cost);
  assert.equal(row.costNano, cost === HELD ? undefined : BigInt(cost));
  assert.equal(-sumOf(row.lines, "budget:"), charged);
  assert.equal(sumOf(row.lines, "provider:anthropic"), charged);
  assert.equal(sumOf(row.lines, "held:"), 0n);
}
