import { ERRORS, type ErrorSource } from "../../src/base/errors.ts";
import type { GeneratedFile } from "../generate-prices.ts";
import { markdownTable, pageHead } from "./markdown.ts";

const SOURCES: Readonly<Record<ErrorSource, string>> = {
  client: "The request has to change.",
  policy: "A rule of this installation refused the request.",
  gateway: "Spillway itself could not go on.",
  upstream: "The provider failed, or could not be reached.",
};

const RETRY = {
  never: "no use",
  same: "later",
  other: "another upstream, or later",
} as const;

/** The page of every error that Spillway itself makes. */
export function generateErrorPage(): GeneratedFile {
  const sections = Object.entries(SOURCES).flatMap(([source, meaning]) => {
    const rows = Object.entries(ERRORS)
      .filter(([, spec]) => spec.source === source)
      .map(([code, spec]) => [`\`${code}\``, String(spec.http), RETRY[spec.retry], spec.help]);
    if (rows.length === 0) return [];
    const table = markdownTable(["Code", "HTTP", "Trying again", "Meaning"], rows);
    return [`## ${source}`, "", meaning, "", ...table, ""];
  });
  const content = [
    ...pageHead("Errors", "src/base/errors.ts"),
    "Errors that Spillway makes itself. An error of the provider passes through as it came; the header",
    "`x-spillway-error-source` says which of the two it is. Codes are added, never renamed.",
    "In OpenAI's Responses the refusals that no repetition mends are a 400: Codex repeats every other one.",
    "",
    ...sections,
  ].join("\n");
  return { path: "docs/reference/errors.md", content };
}
