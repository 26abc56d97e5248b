import { firstValue } from "../../../base/header-list.ts";
import { isObject, parseJson } from "../../../base/json.ts";
import { geminiDialect } from "../../dialects/gemini/index.ts";
import type { RewriteWhole } from "../../transport/rewritten-whole.ts";
import { claudeEnvelope, claudeError } from "../claude-error.ts";

/**
 * Google's own errors as Anthropic says the same; those that Claude's servers behind Vertex told pass as they are.
 * @source https://docs.cloud.google.com/apis/design/errors (read 2026-11-26), recorded exchanges, 2026-11
 */
export const toldByGoogle: RewriteWhole = ({ status, headers }) => {
  if (status < 400) return undefined;
  return (body) => {
    if (isAnthropics(body)) return undefined;
    const error = geminiDialect.readError(status, headers, body);
    const waitsMs =
      firstValue(headers, "retry-after") === undefined ? error.retryAfterMs : undefined;
    const fields = waitsMs === undefined ? [] : ["retry-after", String(Math.ceil(waitsMs / 1_000))];
    const told = claudeError({ ...error, message: withoutProject(error.message) });
    return { status: told.status, body: Buffer.from(claudeEnvelope(told)), fields };
  };
};

function isAnthropics(body: Buffer): boolean {
  const parsed = parseJson(body, { maxBytes: body.length });
  return parsed.ok && isObject(parsed.value) && parsed.value["type"] === "error";
}

/** Whose contract it is, is not for whoever asks. */
function withoutProject(message: string): string {
  return message.replaceAll(/\bprojects\/[\w.:-]+/g, "projects/…");
}
