import type { AnswerContext, CanonicalRequest } from "../../../../canonical/index.ts";
import { shortName, type WireRule } from "../../../wire-names.ts";

/** @source https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools (read 2026-11-21) */
const TOOL_NAME: WireRule = { characters: "a-zA-Z0-9_-", maxLength: 128 };

/** A tool's name as the API takes it. */
export function wireName(name: string): string {
  return shortName(name, TOOL_NAME);
}

export function answerContext({ tools, turns }: CanonicalRequest): AnswerContext {
  const calls = turns.flatMap(({ content }) =>
    content.filter((block) => block.type === "tool_use"),
  );
  const names = [...tools.filter(({ type }) => type === "function"), ...calls];
  return {
    toolNames: new Map(names.map(({ name }) => [wireName(name), name])),
    callIds: new Set(calls.map(({ id }) => id)),
  };
}
