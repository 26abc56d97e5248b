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

const COUNT = { error: "expected a whole number of tokens above 0" };
const KINDS = { error: "expected text, image, audio, video or file" };
const YES_NO = { error: "expected true or false" };
const CATALOG = {
  error: "expected models by provider/model, such as lab/our-model: { context: 128000 }",
};
const tokens = () => z.int(COUNT).min(1, COUNT).optional();
const modalities = () =>
  z.array(z.enum(["text", "image", "audio", "video", "file"], KINDS), KINDS).optional();
const ability = () => z.boolean(YES_NO).optional();

const catalogEntry = z.strictObject(
  {
    context: tokens().meta({ description: "Longest prompt in tokens." }),
    output: tokens().meta({ description: "Longest answer in tokens." }),
    input: modalities().meta({ description: "Kinds of content that it takes." }),
    answers: modalities().meta({ description: "Kinds of content that it gives." }),
    reasoning: ability().meta({ description: "Whether it thinks before it answers." }),
    caching: ability().meta({ description: "Whether what it read before costs less." }),
    tools: ability().meta({ description: "Whether it calls tools." }),
  },
  CATALOG,
);

export const modelsSection = z
  .strictObject({
    catalog: z
      .record(z.string(CATALOG), catalogEntry, CATALOG)
      .default({})
      .meta({
        description:
          "What you know of models, by provider/model; it goes before what Spillway knows in the catalogue. Prices are under prices, places under residency.endpoints.",
        examples: [{ "lab/our-model": { context: 128_000, output: 8_192, tools: true } }],
      }),
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
