import { z } from "zod";

const IDS = { error: 'expected ids of models, such as ["gemini*", "gpt-5"]' };
const ids = () => z.array(z.string(IDS).min(1, IDS), IDS);
const STOCK = {
  error:
    'expected models with id and name, such as { id: claude-opus-4-8, name: "Claude Opus 4.8" }',
};

/** @source https://platform.claude.com/docs/en/about-claude/models/overview (read 2026-11) */
const STOCK_MODELS = [
  { id: "claude-opus-4-8", name: "Claude Opus 4.8" },
  { id: "claude-opus-4-7", name: "Claude Opus 4.7" },
  { id: "claude-sonnet-4-6", name: "Claude Sonnet 4.6" },
  { id: "claude-haiku-4-5", name: "Claude Haiku 4.5" },
];
const STOCK_ONE_MILLION = [
  "claude-opus-4-8",
  "claude-opus-4-7",
  "claude-opus-4-6",
  "claude-sonnet-4-6",
];

const stockModel = z.strictObject(
  {
    id: z.string(STOCK).min(1, STOCK).meta({ description: "Its id." }),
    name: z.string(STOCK).meta({ description: "What people read." }),
  },
  STOCK,
);

export const modelsSection = z
  .strictObject({
    oneMillion: ids()
      .default([])
      .meta({
        description:
          "Models of other providers that /model in Claude Code offers with a context window of 1M tokens too: ids, or beginnings of ids with * behind them. Only for models that have such a window.",
        examples: [["gemini*", "gpt-5"]],
      }),
    seed: z.enum(["auto", "on", "off"]).default("auto").meta({
      description:
        "Write the models for /model into Claude Code's cache at start, where other providers are in use. auto: only if Claude Code's settings, or ANTHROPIC_BASE_URL, name this server.",
    }),
    stock: z.array(stockModel, STOCK).default(STOCK_MODELS).meta({
      description:
        "Claude's own models in that cache, and in the list for a client with no credential to ask Anthropic with.",
    }),
    stockOneMillion: ids().default(STOCK_ONE_MILLION).meta({
      description: "Those of Claude's own models that stand there with a window of 1M tokens too.",
    }),
  })
  .prefault({})
  .meta({ description: "Lists of models." });
