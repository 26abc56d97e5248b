import { shortName, type WireRule } from "../../../wire-names.ts";

/** @source https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools (read 2026-11-21) */
const TOOL_NAME: WireRule = { characters: "a-zA-Z0-9_-", maxLength: 128 };

/** A tool's name as the API takes it. */
export function wireName(name: string): string {
  return shortName(name, TOOL_NAME);
}
