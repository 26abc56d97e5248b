import { isObject, parseJson } from "../../../base/json.ts";
import type { JsonObject } from "../../../canonical/index.ts";

/** Answers are held whole; more than this is no answer. */
const MAX_JSON_BYTES = 32 * 2 ** 20;

/** Reads a member that may be missing, null or of another type: servers that follow this format do so loosely. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The objects of a list; what else is in it is left out. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return listOf(value).filter(isObject);
}

/** Undefined where the text is not JSON. */
export function jsonOf(text: string | Buffer): unknown {
  const parsed = parseJson(text, { maxBytes: MAX_JSON_BYTES });
  return parsed.ok ? parsed.value : undefined;
}
