import type { AnswerContext, CanonicalRequest } from "../../../canonical/index.ts";
import { shortName, type WireRule } from "../../wire-names.ts";

/** @source https://cloud.google.com/vertex-ai/generative-ai/docs/reference/java/latest/com.google.cloud.vertexai.api.FunctionDeclarationOrBuilder (read 2026-11-25) */
const RULE: WireRule = { characters: "a-zA-Z0-9_.-", maxLength: 64, startsWithLetter: true };

/** A tool's name as it stands on the wire: in declarations, in the choice and in the history alike. */
export function wireName(name: string): string {
  return shortName(name, RULE);
}

/** What the reader of the answer has to know of the request. */
export function contextOf(request: CanonicalRequest): AnswerContext {
  const calls = request.turns.flatMap(({ content }) =>
    content.filter((block) => block.type === "tool_use"),
  );
  const names = [...calls, ...request.tools].map(({ name }) => name);
  return {
    toolNames: new Map(names.map((name) => [wireName(name), name])),
    callIds: new Set(calls.map(({ id }) => id)),
  };
}

/**
 * The client's name of a tool that the model calls.
 *
 * quirk(gemini): a call is now and then told as `default_api:Name` or `default_api.Name`, after the model's own Python.
 * source: https://github.com/diegosouzapw/OmniRoute/issues/9273 (read 2026-11-20)
 * quirk(gemini): a call may be told in lower case, which clients refuse: `bash` for `Bash`.
 * source: https://github.com/diegosouzapw/OmniRoute/issues/9568 (read 2026-11-25)
 */
export function clientName(name: string, toolNames: ReadonlyMap<string, string>): string {
  const bare = name.replace(/^default_api[.:]/, "");
  return toolNames.get(name) ?? toolNames.get(bare) ?? anyCase(bare, toolNames) ?? bare;
}

/** Undefined where two names differ in nothing but their case. */
function anyCase(name: string, toolNames: ReadonlyMap<string, string>): string | undefined {
  const lower = name.toLowerCase();
  const alike = [...toolNames].filter(([wire]) => wire.toLowerCase() === lower);
  return alike.length === 1 ? alike[0]?.[1] : undefined;
}
