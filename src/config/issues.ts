import type { z } from "zod";
import { isObject } from "../base/json.ts";
import { nearestName } from "../base/nearest.ts";
import type { Override } from "./environment.ts";
import { type ConfigProblem, describeShape, formatPath } from "./problem.ts";
import { knownKeys } from "./reference.ts";
import type { YamlFile } from "./yaml-file.ts";

/** Where the checked values came from, so that a problem can say it. */
export interface Origin {
  readonly values: unknown;
  readonly overrides: readonly Override[];
  readonly file: YamlFile | undefined;
}

/** The schema's findings as problems with place, shape and remedy. */
export function toProblems(error: z.ZodError, origin: Origin): ConfigProblem[] {
  return error.issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code !== "unrecognized_keys") {
      return [
        {
          path: formatPath(issue.path),
          message: messageOf(issue, valueAt(origin.values, issue.path)),
          ...sourceOf(issue.path, origin, false),
        },
      ];
    }
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      message: unknownKey(key, known),
      ...sourceOf([...issue.path, key], origin, true),
    }));
  });
}

/** `file:line:column`, the variable or the flag that brought the value at `path`. */
export function sourceOf(
  path: readonly PropertyKey[],
  origin: Pick<Origin, "overrides" | "file">,
  isKey: boolean,
): { readonly source: string } | Record<string, never> {
  const override = origin.overrides.find((candidate) => candidate.path === formatPath(path));
  if (override !== undefined) return { source: override.source };
  if (origin.file === undefined) return {};
  const { line, column } = isKey ? origin.file.locateKey(path) : origin.file.locate(path);
  return { source: `${origin.file.name}:${line}:${column}` };
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key.slice(0, 60), known);
  if (nearest !== undefined) return `unknown key; did you mean "${nearest}"?`;
  return known.length === 0 ? "unknown key" : `unknown key; known here: ${known.join(", ")}`;
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? "this key cannot stand here";
  const expectation = expectationOf(issue);
  if (!expectation.startsWith("expected")) return expectation;
  if (issue.code === "invalid_type" && value === undefined) return `is required; ${expectation}`;
  return `${expectation}; found ${describeShape(value)}${choiceHint(issue, value)}`;
}

/** The remedy that the schema wrote, or one that never repeats the value. */
function expectationOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value")
    return `expected one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "invalid_type" && !issue.message.startsWith("expected")) {
    return `expected ${plainType(issue.expected)}`;
  }
  return issue.message;
}

function choiceHint(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code !== "invalid_value" || typeof value !== "string") return "";
  const nearest = nearestName(value.slice(0, 60), issue.values.map(String));
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
}

function plainType(expected: string): string {
  return expected === "object" || expected === "record" ? "a group of keys" : expected;
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let value = values;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === "number") value = value[part];
    else if (isObject(value) && typeof part === "string" && Object.hasOwn(value, part)) {
      value = value[part];
    } else return undefined;
  }
  return value;
}
