import type { ClientDialect } from "../../exchange/dialect.ts";
import { anthropicDialect } from "../anthropic/errors.ts";

/**
 * Anthropic's Messages as Vertex's clients speak it: the same in streams and in errors.
 * @source https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai (read 2026-11-26)
 */
export const vertexDialect: ClientDialect = {
  ...anthropicDialect,
  usualProvider: "vertex",
  isClouds: true,
  anthropicName,
};

/** `claude-haiku-4-5-20251001` of `claude-haiku-4-5@20251001`; newer models have one name everywhere. */
function anthropicName(model: string): string | undefined {
  const { name, version = "" } = VERSIONED.exec(model)?.groups ?? {};
  if (name === undefined) return undefined;
  return /^\d/.test(version) ? `${name}-${version}` : name;
}

const VERSIONED = /^(?<name>claude-[^@]+)@(?<version>20\d{6}|default|latest)$/;
