import { isObject } from "../../../base/json.ts";
import type { JsonObject } from "../../../canonical/index.ts";
import { textOf } from "../shared/fields.ts";
import { jsonOf } from "./json-text.ts";

/** Members whose pieces are put together; everything else of a detail comes once. */
const PIECEWISE = ["text", "summary"] as const;

/**
 * Puts the pieces of `reasoning_details` together as a stream brings them: pieces of the same type and index are one entry
 * until that has its signature. Encrypted entries are always whole.
 * @source https://openrouter.ai/docs/guides/best-practices/reasoning-tokens (read 2026-11-25)
 */
export function mergeDetails(
  earlier: readonly JsonObject[],
  later: readonly JsonObject[],
): readonly JsonObject[] {
  const merged = [...earlier];
  for (const detail of later) {
    const last = merged.at(-1);
    if (last !== undefined && isContinued(last, detail)) {
      merged[merged.length - 1] = join(last, detail);
    } else {
      merged.push(detail);
    }
  }
  return merged;
}

function isContinued(last: JsonObject, next: JsonObject): boolean {
  return (
    last["type"] === next["type"] &&
    last["index"] === next["index"] &&
    typeof next["data"] !== "string" &&
    textOf(last["signature"]) === ""
  );
}

function join(last: JsonObject, next: JsonObject): JsonObject {
  const said = Object.entries(next).filter(([, value]) => value !== null && value !== "");
  const joined: Record<string, unknown> = { ...last, ...Object.fromEntries(said) };
  for (const key of PIECEWISE) {
    const text = textOf(last[key]) + textOf(next[key]);
    if (text !== "") joined[key] = text;
  }
  return joined;
}

/** What of the details people can read. */
export function detailsText(details: readonly JsonObject[]): string {
  return details.map((detail) => textOf(detail["text"]) + textOf(detail["summary"])).join("");
}

/** The details as the signature of a thinking block, and back; undefined for any other signature. */
export function detailsSignature(details: readonly JsonObject[]): string {
  return JSON.stringify(details);
}

export function signedDetails(signature: string | undefined): readonly JsonObject[] | undefined {
  const value = jsonOf(signature ?? "");
  return Array.isArray(value) && value.every(isObject) ? value : undefined;
}
