import { nearestNames } from "../../base/nearest.ts";
import { spellingKey } from "./spelling.ts";

const MOST = 3;

/** The names that a mistyped one most likely means, the likeliest first: also without the provider in front. */
export function nearestModels(name: string, known: readonly string[]): readonly string[] {
  const wanted = spellingKey(name);
  const byKey = new Map<string, string>();
  for (const each of known) {
    const key = spellingKey(each);
    const tail = key.slice(key.lastIndexOf("/") + 1);
    if (!byKey.has(key)) byKey.set(key, each);
    if (!byKey.has(tail)) byKey.set(tail, each);
  }
  const near = nearestNames(wanted, byKey.keys(), 2 * MOST).flatMap((key) => byKey.get(key) ?? []);
  return [...new Set(near)].slice(0, MOST);
}
