import { ok } from "../../base/result.ts";
import { pathsOf } from "../../config/places.ts";
import type { CliDeps } from "../deps.ts";
import { addLines } from "./marked-block.ts";
import type { TextConnection } from "./text-file.ts";

const BASE_URL = "GOOGLE_GEMINI_BASE_URL";

/**
 * Points Gemini CLI here by the file of variables that it reads in every folder without one of its own.
 * @source https://github.com/google-gemini/gemini-cli/blob/main/docs/get-started/configuration.md (read 2026-11-25)
 */
export function geminiConnection(
  { homeDir, platform }: CliDeps,
  { baseUrl }: { readonly baseUrl: string },
): TextConnection {
  const lines = [`${BASE_URL}=${baseUrl}`];
  const taken = new RegExp(`^\\s*(?:export\\s+)?${BASE_URL}\\s*=`);
  return {
    client: "Gemini CLI",
    name: "gemini-cli",
    path: pathsOf(platform).join(homeDir, ".gemini", ".env"),
    baseUrl,
    lines,
    add: (file) =>
      ok(addLines(file, { head: [], tail: lines, replaces: (line) => taken.test(line) })),
    next: [
      "Give it a Spillway key: GEMINI_API_KEY=… in the same file (spillway keys create --name gemini)",
      'Choose "Use Gemini API Key" when it asks how to sign in.',
      "Any model of any provider: gemini -m claude-sonnet-5-5, gemini -m groq/…",
    ],
  };
}
