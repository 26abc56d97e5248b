import { isRecord } from "../conformance/exchange.ts";

/** The paths at which two JSON values differ, sorted; undefined is as good as absent. */
export function differingPaths(one: unknown, other: unknown, path = ""): readonly string[] {
  if (Array.isArray(one) && Array.isArray(other)) {
    const length = Math.max(one.length, other.length);
    return Array.from({ length }, (_, i) => i)
      .flatMap((i) => differingPaths(one[i], other[i], join(path, String(i))))
      .toSorted();
  }
  if (isRecord(one) && isRecord(other)) {
    const isOtherThing = one["type"] !== other["type"];
    if (isOtherThing && path !== "") return [path];
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys]
      .flatMap((key) => differingPaths(one[key], other[key], join(path, key)))
      .toSorted();
  }
  return Object.is(one, other) ? [] : [path];
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
