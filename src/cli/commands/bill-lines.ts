import { isObject } from "../../base/json.ts";
import { fitText, plainText } from "../../observe/terminal-line.ts";
import type { NanoUsdJson } from "../../store/amount-view.ts";
import { exactDollars } from "./exact-dollars.ts";

const UNIT_NAMES: Readonly<Record<string, string>> = {
  input: "input",
  cache_read: "cache read",
  cache_write5m: "cache write, 5 min",
  cache_write1h: "cache write, 1 h",
  output: "output",
  reasoning: "of it thinking",
  web_searches: "web searches",
  web_fetches: "web fetches",
};

const TERMS = ["service_tier", "speed", "inference_geo"] as const;

/** Rows of name, count, price for a million, cost: first a model with its sum, then each of its units. */
export function billLines(units: unknown): readonly (readonly string[])[] {
  if (!Array.isArray(units)) return [];
  return [["", "COUNT", "$ PER 1M", "COST"], ...units.filter(isObject).flatMap(entryLines)];
}

function entryLines(entry: Readonly<Record<string, unknown>>): readonly (readonly string[])[] {
  const model = typeof entry["model"] === "string" ? entry["model"] : "?";
  const kind = typeof entry["kind"] === "string" ? entry["kind"] : "message";
  const name = kind === "message" ? model : `${model} (${kind})`;
  const counts = isObject(entry["units"]) ? entry["units"] : {};
  const terms = TERMS.flatMap((term) => {
    const value = entry[term];
    const isUsual = value === "standard" || value === "global" || value === "not_available";
    return typeof value !== "string" || isUsual ? [] : [`${term.replace("_", " ")}: ${value}`];
  });
  return [
    [fitText(plainText(name), 34), "", "", exactDollars(amountOf(entry["cost_nano_usd"]))],
    ...Object.entries(counts).map(([unit, count]) => [
      `  ${UNIT_NAMES[unit] ?? plainText(unit)}`,
      String(count),
      "",
      "",
    ]),
    ...terms.map((term) => [`  ${plainText(term)}`, "", "", ""]),
  ];
}

function amountOf(value: unknown): NanoUsdJson {
  return typeof value === "number" || typeof value === "string" ? value : null;
}
