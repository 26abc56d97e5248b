import { isObject, parseJson } from "../base/json.ts";
import { type EnvironmentVariable, readList } from "./environment-variable.ts";

const MAX_STOCK_BYTES = 64 * 1024;

/** What Claude Code's picker is offered. */
export const PICKER_VARIABLES: readonly EnvironmentVariable[] = [
  {
    name: "MODELS_1M",
    path: "models.oneMillion",
    description: "Comma-separated ids, or beginnings with * behind them: gemini*,gpt-5.",
    read: readList,
  },
  {
    name: "SEED_STOCK_MODELS",
    path: "models.stock",
    description: 'JSON: [{"id": "claude-opus-4-8", "display_name": "Claude Opus 4.8"}].',
    read: stockModels,
  },
  {
    name: "STOCK_1M_MODELS",
    path: "models.stockOneMillion",
    description: "Comma-separated ids.",
    read: readList,
  },
];

function stockModels(text: string): unknown {
  const parsed = parseJson(text, { maxBytes: MAX_STOCK_BYTES });
  if (!parsed.ok || !Array.isArray(parsed.value)) return text;
  return parsed.value.map((item: unknown) => {
    if (!isObject(item)) return item;
    const { display_name: name, ...rest } = item;
    return { ...rest, name: name ?? rest["id"] };
  });
}
