import { isObject } from "../../../base/json.ts";
import type { JsonObject } from "../../../canonical/index.ts";

/** Reads a member that may be missing, null or of another type: servers follow their formats loosely. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number of tokens or of a place; undefined for anything else. */
export function countOf(value: unknown): number | undefined {
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
