import { execFileSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { isObject } from "../src/base/json.ts";
import { spelling } from "../src/base/model-id.ts";
import type { TakenFacts } from "../src/upstream/model-facts.ts";
import { ROOT } from "./project-files.ts";

/**
 * Takes what models can do, and how much they read and write at most, out of two public collections, by hand and now and then:
 *
 *     node tools/take-model-facts.ts CLONE_OF_MODELS_DEV UNPACKED_PI_AI
 *
 * Neither is a dependency: the one is no package, and the other brings a tree of clients. Where they differ, the second one,
 * which is newer, counts for the answer, and the smaller window, for only the first one leaves the answer's room out of it.
 *
 * @source https://github.com/anomalyco/models.dev (MIT) and the npm package @earendil-works/pi-ai (MIT)
 */
const PATH = "src/upstream/model-facts.generated.json";

/** Our providers, by the names that the collections have for them. */
interface Host {
  readonly dev: string;
  readonly pi?: string;
  /** A second folder of the first collection. */
  readonly also?: string;
  /** What is taken of them. */
  readonly only?: RegExp;
}

const HOSTS: Readonly<Record<string, Host>> = {
  anthropic: { dev: "anthropic", pi: "anthropic" },
  azure: { dev: "azure", pi: "azure", only: /^(?!claude)/ },
  bedrock: { dev: "amazon-bedrock", pi: "amazon-bedrock" },
  cerebras: { dev: "cerebras", pi: "cerebras" },
  cohere: { dev: "cohere" },
  deepseek: { dev: "deepseek", pi: "deepseek" },
  fireworks: { dev: "fireworks-ai", pi: "fireworks" },
  foundry: { dev: "azure", only: /^claude/ },
  gemini: { dev: "google", pi: "google" },
  github: { dev: "github-models" },
  groq: { dev: "groq", pi: "groq" },
  huggingface: { dev: "huggingface", pi: "huggingface" },
  minimax: { dev: "minimax", pi: "minimax" },
  mistral: { dev: "mistral", pi: "mistral" },
  moonshot: { dev: "moonshotai", pi: "moonshotai" },
  nebius: { dev: "nebius" },
  nvidia: { dev: "nvidia", pi: "nvidia" },
  openai: { dev: "openai", pi: "openai" },
  openrouter: { dev: "openrouter", pi: "openrouter" },
  perplexity: { dev: "perplexity" },
  qwen: { dev: "alibaba" },
  together: { dev: "togetherai", pi: "together" },
  vertex: { dev: "google-vertex", pi: "google-vertex", also: "google-vertex-anthropic" },
  xai: { dev: "xai", pi: "xai" },
  zai: { dev: "zai", pi: "zai" },
};

/** A window that pi-ai writes in place of OpenAI's own, so that its users stay below the dearer price. */
const BELOW_LONG_PRICE = 272_000;

type Row = readonly [contextTokens: number, outputTokens: number, abilities: string];

/** The letters of a row; `model-facts.ts` reads them. */
const LETTERS: Readonly<Record<string, string>> = {
  text: "t",
  image: "i",
  audio: "a",
  video: "v",
  pdf: "f",
};

function ofModelsDev(clone: string, provider: string): ReadonlyMap<string, Row> {
  const folder = join(clone, "providers", provider, "models");
  const found = new Map<string, Row>();
  for (const file of globSync("**/*.toml", { cwd: folder }).toSorted()) {
    const model = readToml(join(folder, file));
    const base = model["base_model"];
    const inherited =
      typeof base === "string" ? readToml(join(clone, "models", `${base}.toml`)) : {};
    const limit = { ...members(inherited["limit"]), ...members(model["limit"]) };
    const modalities = { ...members(inherited["modalities"]), ...members(model["modalities"]) };
    const { input, output } = modalities;
    if (!Array.isArray(output) || !output.includes("text")) continue;
    const told = { ...inherited, ...model };
    const cost = { ...members(inherited["cost"]), ...members(model["cost"]) };
    add(found, file.replace(/\.toml$/, ""), [
      countOf(limit["input"]) || countOf(limit["context"]),
      countOf(limit["output"]),
      lettersOf({
        input,
        output,
        reasoning: told["reasoning"] === true,
        caching: Number(cost["cache_read"]) > 0,
        tools: told["tool_call"] === true,
      }),
    ]);
  }
  return found;
}

function ofPiAi(folder: string, provider: string): ReadonlyMap<string, Row> {
  const found = new Map<string, Row>();
  const file = join(folder, "dist/providers/data", `${provider}.json`);
  const apis: unknown = JSON.parse(readFileSync(file, "utf8"));
  for (const models of Object.values(members(apis))) {
    for (const model of Object.values(members(models))) {
      const { id, type, contextWindow, maxTokens, input, reasoning, cost } = members(model);
      if (typeof id !== "string" || type !== "chat") continue;
      const context = countOf(contextWindow);
      const output = countOf(maxTokens);
      add(found, id, [
        context === BELOW_LONG_PRICE ? 0 : context,
        // OpenRouter tells none for some models, and nine tenths of the window stand there instead.
        output === Math.floor(context * 0.9) ? 0 : output,
        lettersOf({
          input,
          output: ["text"],
          reasoning: reasoning === true,
          caching: Number(members(cost)["cacheRead"]) > 0,
          // It is a collection for agents: what is in it calls tools.
          tools: true,
        }),
      ]);
    }
  }
  return found;
}

interface Abilities {
  readonly input: unknown;
  readonly output: unknown;
  readonly reasoning: boolean;
  readonly caching: boolean;
  readonly tools: boolean;
}

/** `tif>t rcu`: what goes in and what comes out, and whether it reasons, caches and uses tools. */
function lettersOf({ input, output, reasoning, caching, tools }: Abilities): string {
  const letters = (kinds: unknown) =>
    (Array.isArray(kinds) ? kinds : []).map((kind) => LETTERS[String(kind)] ?? "").join("");
  const does = `${reasoning ? "r" : ""}${caching ? "c" : ""}${tools ? "u" : ""}`;
  return `${letters(input)}>${letters(output)} ${does}`;
}

function merge(
  older: ReadonlyMap<string, Row>,
  newer: ReadonlyMap<string, Row>,
): Record<string, Row> {
  // They may spell one name in two ways; the newer one's counts.
  const names = new Map([...older.keys(), ...newer.keys()].map((name) => [spelling(name), name]));
  const bySpelling = (rows: ReadonlyMap<string, Row>) =>
    new Map([...rows].map(([name, row]) => [spelling(name), row]));
  const [olderRows, newerRows] = [bySpelling(older), bySpelling(newer)];
  const sorted = [...names].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = sorted.map(([spelled, model]): [string, Row] => {
    const [oldContext, oldOutput, oldAbilities] = olderRows.get(spelled) ?? NOTHING;
    const [newContext, newOutput, newAbilities] = newerRows.get(spelled) ?? NOTHING;
    const contexts = [oldContext, newContext].filter((context) => context > 0);
    const context = contexts.length === 0 ? 0 : Math.min(...contexts);
    // The older one tells more kinds of content.
    return [model, [context, newOutput || oldOutput, oldAbilities || newAbilities]];
  });
  return Object.fromEntries(rows);
}

const NOTHING: Row = [0, 0, ""];

function add(found: Map<string, Row>, model: string, row: Row): void {
  if (row[0] > 0 || row[1] > 0) found.set(model, row);
}

function readToml(file: string): Readonly<Record<string, unknown>> {
  return parse(readFileSync(file, "utf8"));
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

/** 0: not told. */
function countOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

const NONE: ReadonlyMap<string, Row> = new Map();

/**
 * Where Claude since 4.6 is called as Anthropic calls it; the collections lag behind.
 * @source https://platform.claude.com/docs/en/models/overview (read 2026-11-26)
 */
const SAME_NAMES = ["vertex", "foundry"] as const;
const NAMED_ALIKE =
  /^claude-(?:fable|mythos|opus-4-[6-9]|opus-[5-9]|sonnet-4-6|sonnet-[5-9]|haiku-[5-9])/;

if (import.meta.main) {
  const [clone = "", piAi = ""] = process.argv.slice(2);
  const commit = execFileSync("git", ["-C", clone, "log", "-1", "--format=%h of %cs"], {
    encoding: "utf8",
  });
  const { version } = members(JSON.parse(readFileSync(join(piAi, "package.json"), "utf8")));
  const models: Record<string, Record<string, Row>> = {};
  for (const [provider, { dev, pi, also, only = /^/ }] of Object.entries(HOSTS)) {
    const newer = pi === undefined ? NONE : ofPiAi(piAi, pi);
    const more = also === undefined ? NONE : ofModelsDev(clone, also);
    const merged = Object.entries(merge(new Map([...ofModelsDev(clone, dev), ...more]), newer));
    models[provider] = Object.fromEntries(merged.filter(([name]) => only.test(name)));
  }
  for (const cloud of SAME_NAMES) {
    const own = Object.entries(models["anthropic"] ?? {});
    models[cloud] = {
      ...Object.fromEntries(own.filter(([name]) => NAMED_ALIKE.test(name))),
      ...models[cloud],
    };
  }
  const taken: TakenFacts = {
    source: `models.dev ${commit.trim()}, @earendil-works/pi-ai@${String(version)}`,
    date: new Date().toISOString().slice(0, 10),
    models,
  };
  // A line for each provider and each model.
  const content = JSON.stringify(taken).replaceAll(/"[^"]+":[{[]/g, "\n$&");
  writeFileSync(join(ROOT, PATH), `${content}\n`);
}
