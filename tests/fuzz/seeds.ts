import { createHash } from "node:crypto";
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { isObject } from "../../src/base/json.ts";
import { ROOT } from "../../tools/project-files.ts";
import { parsed } from "./mutate-json.ts";
import type { Target } from "./target.ts";

const SEEDS = join(import.meta.dirname, "seeds");
const RECORDINGS = join(ROOT, "tests/recordings");
const SOURCES = join(ROOT, "src");
const EXTENSIONS = { json: "json", stream: "sse", lines: "txt", bytes: "txt" } as const;
/** Of a string in the sources, or of a member's name in a seed. */
const WORD = /"([^"\\\n]{1,40})"/g;
const MAX_RECORDED_BYTES = 8 * 1024;

export interface Seed {
  /** The file, from the repository's root. */
  readonly file: string;
  readonly input: Buffer;
}

/** What is kept for a target: made by hand, or found. */
export function seedsOf({ name }: Target): readonly Seed[] {
  const folder = join(SEEDS, name);
  return readdirSync(folder)
    .toSorted()
    .map((file) => ({
      file: relative(ROOT, join(folder, file)),
      input: readFileSync(join(folder, file)),
    }));
}

/** Keeps an input that went wrong, for good; gives the file. */
export function keepSeed({ name, shape }: Target, input: Buffer): string {
  const folder = join(SEEDS, name);
  const hash = createHash("sha256").update(input).digest("hex").slice(0, 10);
  const file = join(folder, `found-${hash}.${EXTENSIONS[shape]}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, input);
  return relative(ROOT, file);
}

/** Bodies of the recordings that a target may begin with. */
export function recordedFor({ name, shape }: Target): readonly Buffer[] {
  const isRequest = name === "request-anthropic" || name === "json-scan";
  const wanted = isRequest ? "request" : "response";
  if (!isRequest && !/^(?:answer|stream|error)-anthropic$|^tap-/.test(name)) return [];
  return recordings()
    .map((line) => bodyAt(line, wanted))
    .filter((body) => body.includes("event: ") === (shape === "stream"))
    .filter((body) => body !== "" && body.length < MAX_RECORDED_BYTES)
    .map((body) => Buffer.from(body));
}

function recordings(): readonly unknown[] {
  return readdirSync(RECORDINGS).flatMap((file) =>
    readFileSync(join(RECORDINGS, file), "utf8").split("\n").map(parsed),
  );
}

function bodyAt(exchange: unknown, part: "request" | "response"): string {
  const message = isObject(exchange) ? exchange[part] : undefined;
  const body = isObject(message) ? message["body"] : undefined;
  return typeof body === "string" ? body : "";
}

/** What a target's sources look for, and what its seeds have in them. */
export function wordsOf({ sources }: Target, seeds: readonly Buffer[]): readonly string[] {
  const files = globSync("**/*.ts", { cwd: SOURCES })
    .filter((file) => isSource(file, sources))
    .toSorted()
    .map((file) => readFileSync(join(SOURCES, file)));
  const texts = [...files, ...seeds].map(String);
  return [...new Set(texts.flatMap((text) => [...text.matchAll(WORD)].map(([, word]) => word)))]
    .filter((word) => word !== undefined)
    .filter((word) => !word.startsWith("."));
}

/** Whether a file below `src` is one of these, or in one of these folders; tests are not. */
export function isSource(file: string, sources: readonly string[]): boolean {
  return sources.some((source) => file.startsWith(source)) && !/\.(?:test|fixture)\.ts$/.test(file);
}
