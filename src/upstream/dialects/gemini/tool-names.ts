import type { AnswerContext } from "../../../canonical/index.ts";
import { shortName, type WireRule } from "../../wire-names.ts";
import { clientName } from "../shared/client-name.ts";

/** @source https://cloud.google.com/vertex-ai/generative-ai/docs/reference/java/latest/com.google.cloud.vertexai.api.FunctionDeclarationOrBuilder (read 2026-11-25) */
const RULE: WireRule = { characters: "a-zA-Z0-9_.-", maxLength: 64, startsWithLetter: true };

/** A tool's name as it stands on the wire: in declarations, in the choice and in the history alike. */
export function wireName(name: string): string {
  return shortName(name, RULE);
}

/**
 * The client's name of a tool that the model calls.
 *
 * quirk(gemini): a call is now and then told as `default_api:Name` or `default_api.Name`, after the model's own Python.
 * source: https://github.com/diegosouzapw/OmniRoute/issues/9273 (read 2026-11-20)
 */
export function toolNameOf(name: string, toolNames: AnswerContext["toolNames"]): string {
  return toolNames.get(name) ?? clientName(name.replace(/^default_api[.:]/, ""), toolNames);
}
