import { isObject } from "../base/json.ts";
import { Secret } from "../base/secret.ts";

/** One field of a configuration with its value. */
export interface Leaf {
  /** `timeouts.idle` */
  readonly path: string;
  readonly value: unknown;
}

/** The fields of a configuration; a list, an empty group and a secret are one field each. */
export function flatten(value: unknown, path = ""): readonly Leaf[] {
  const isGroup = isObject(value) && !(value instanceof Secret) && Object.keys(value).length > 0;
  if (!isGroup) return [{ path, value }];
  return Object.entries(value).flatMap(([key, member]) =>
    flatten(member, path === "" ? key : `${path}.${key}`),
  );
}

/** Paths of fields that differ, or that only one of the two has. */
export function changedPaths(before: unknown, after: unknown): readonly string[] {
  const old = new Map(flatten(before).map(({ path, value }) => [path, comparable(value)]));
  const now = new Map(flatten(after).map(({ path, value }) => [path, comparable(value)]));
  return [...new Set([...old.keys(), ...now.keys()])].filter(
    (path) => old.get(path) !== now.get(path),
  );
}

/** For comparison only: a secret would print the same whatever it is. */
function comparable(value: unknown): string {
  if (value instanceof Secret) return `secret ${value.reveal()}`;
  if (Array.isArray(value)) return `[${value.map(comparable).join()}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = Object.entries(value).map(([key, member]) => `${key}: ${comparable(member)}`);
  return `{${members.join()}}`;
}
