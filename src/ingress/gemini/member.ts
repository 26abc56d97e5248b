import type { JsonObject } from "../../canonical/index.ts";
import { Faults, Field } from "../field.ts";

export { Faults, Field };

/**
 * A member by its name in camel case, or in snake case where it stands so: the API reads both, and clients of other
 * languages write the second.
 */
export function member(field: Field, name: string): Field {
  const camel = field.at(name);
  if (!camel.isAbsent) return camel;
  const snake = field.at(snakeCase(name));
  return snake.isAbsent ? camel : snake;
}

/** The members that are not among `known`, in either spelling; undefined when there are none. */
export function restOf(field: Field, known: readonly string[]): JsonObject | undefined {
  return field.rest(new Set(known.flatMap((name) => [name, snakeCase(name)])));
}

/** The items of a list. The API takes a single object for a list of one. */
export function itemsOf(field: Field, remedy: string): readonly Field[] {
  const isSingle =
    typeof field.value === "object" && field.value !== null && !Array.isArray(field.value);
  return isSingle ? [field] : field.items(remedy);
}

/** A number. The wire also has 64-bit ones as text. */
export function numberOf(field: Field, remedy: string): number {
  const { value } = field;
  return typeof value === "string" && /^-?\d{1,15}$/.test(value)
    ? Number(value)
    : field.number(remedy);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
