import { isObject } from "../../../base/json.ts";

/** Anthropic's usage is two levels deep, and three within `iterations`; deeper is not looked into. */
const MAX_DEPTH = 4;

/** A usage object beyond this size is no usage, be it one event's or the sum of many. */
const MAX_USAGE_CHARACTERS = 64 * 1_024;

/**
 * Lays a later event's cumulative usage over an earlier one, key by key and object by object.
 *
 * A null says nothing, so it never hides a number that came before.
 */
export function mergeUsage(
  earlier: Readonly<Record<string, unknown>>,
  later: Readonly<Record<string, unknown>>,
  depth = 0,
): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const before = merged[key];
    if (isObject(before) && isObject(value) && depth < MAX_DEPTH) {
      merged[key] = mergeUsage(before, value, depth + 1);
    } else if (value !== null || before === undefined) {
      merged[key] = value;
    }
  }
  return merged;
}

/** A usage object as it can be kept; undefined for anything else. Throws on absurd depth. */
export function readableUsage(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(value)) return undefined;
  return JSON.stringify(value).length <= MAX_USAGE_CHARACTERS ? value : undefined;
}
