import { isObject } from "../../src/base/json.ts";
import type { Random } from "./random.ts";

/** What mutations are made of besides the input itself. */
export interface Material {
  /** Words of the sources and of the seeds: names of members, types, values. */
  readonly words: readonly string[];
  /** Any other input of the corpus. */
  readonly other: () => Buffer;
}

const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  "",
  " ",
  "\ud800",
  "\u0000",
  "__proto__",
  "grüße 😀",
  "data:image/png;base64,AA==",
  '{"a":1}',
  "[1",
  [],
  {},
  [[]],
  [null],
  { type: "text" },
];
const MAX_REPEATS = 40;
const MAX_DEPTH = 60;

/** Changes one to four places of a JSON value. */
export function mutateJson(value: unknown, random: Random, material: Material): unknown {
  let changed = value;
  for (let times = 1 + random.below(4); times > 0; times -= 1) {
    changed = mutateOnce(changed, random, material);
  }
  return changed;
}

function mutateOnce(root: unknown, random: Random, material: Material): unknown {
  const places = placesIn(root);
  const goal = random.below(places);
  let at = -1;
  const visit = (value: unknown): unknown => {
    at += 1;
    if (at === goal) {
      at = Number.POSITIVE_INFINITY;
      return mutateHere(value, random, material);
    }
    if (at > goal) return value;
    if (Array.isArray(value)) return value.map(visit);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(root);
}

function placesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + placesIn(inner), 1);
}

function mutateHere(value: unknown, random: Random, material: Material): unknown {
  if (!random.oneIn(3)) {
    if (Array.isArray(value)) return mutateList(value, random, material);
    if (isObject(value)) return mutateObject(value, random, material);
    if (typeof value === "string") return mutateText(value, random, material);
    if (typeof value === "number") return random.pick([value + 1, -value, value * 1e6, `${value}`]);
  }
  return newValue(value, random, material);
}

function newValue(value: unknown, random: Random, material: Material): unknown {
  switch (random.below(6)) {
    case 0:
      return [value];
    case 1:
      return { [word(random, material)]: value };
    case 2:
      return partOf(parsed(material.other()), random);
    case 3:
      return word(random, material);
    case 4:
      return nested(value, random);
    default:
      return random.pick(ODD);
  }
}

function mutateList(list: readonly unknown[], random: Random, material: Material): unknown {
  const at = random.below(list.length);
  switch (random.below(6)) {
    case 0:
      return list.toSpliced(at, 1);
    case 1:
      return list.toSpliced(at, 0, list[random.below(list.length)]);
    case 2:
      return list.toSpliced(at, 0, partOf(parsed(material.other()), random));
    case 3:
      return list.flatMap((item, index) =>
        index === at ? new Array<unknown>(random.below(MAX_REPEATS)).fill(item) : [item],
      );
    case 4:
      return list.toReversed();
    default:
      return list[at];
  }
}

function mutateObject(
  object: Readonly<Record<string, unknown>>,
  random: Random,
  material: Material,
): unknown {
  const entries = Object.entries(object);
  const at = random.below(entries.length);
  const [name = "", value] = entries[at] ?? [];
  switch (random.below(5)) {
    case 0:
      return Object.fromEntries(entries.toSpliced(at, 1));
    case 1:
      return { ...object, [word(random, material)]: value };
    case 2:
      return { ...object, [word(random, material)]: newValue(value, random, material) };
    case 3:
      return { ...object, [name]: random.pick(entries)?.[1] };
    default: {
      const other = partOf(parsed(material.other()), random);
      return isObject(other) ? { ...object, ...other } : { ...object, [name]: other };
    }
  }
}

function mutateText(text: string, random: Random, material: Material): unknown {
  const at = random.below(text.length + 1);
  switch (random.below(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + word(random, material) + text.slice(at);
    case 2:
      return text.repeat(random.below(MAX_REPEATS));
    case 3:
      return text.slice(0, at) + String.fromCodePoint(random.below(0x11_00_00)) + text.slice(at);
    case 4:
      return text.slice(0, at) + text.slice(at + 1);
    default:
      return word(random, material);
  }
}

function word(random: Random, { words }: Material): string {
  return random.pick(words) ?? "type";
}

/** Any part of a value. */
function partOf(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.oneIn(4)) return value;
  return partOf(random.pick(Object.values(value)), random);
}

function nested(value: unknown, random: Random): unknown {
  let wrapped = value;
  const isList = random.oneIn(2);
  for (let depth = random.below(MAX_DEPTH); depth > 0; depth -= 1) {
    wrapped = isList ? [wrapped] : { content: wrapped };
  }
  return wrapped;
}

/** Undefined for what is no JSON. */
export function parsed(input: Buffer | string): unknown {
  try {
    const value: unknown = JSON.parse(input.toString());
    return value;
  } catch {
    return undefined;
  }
}
