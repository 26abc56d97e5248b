import { Secret } from "../base/secret.ts";
import { flatten } from "./leaves.ts";
import type { LoadedConfig } from "./load.ts";
import { configReference } from "./reference.ts";

/** A field as it takes effect. */
export interface ExplainedField {
  readonly path: string;
  /** As one would write it; a secret is `[secret]`. */
  readonly value: string;
  readonly source: string;
}

/** Every effective value and where it came from. */
export function explainConfig(loaded: LoadedConfig): readonly ExplainedField[] {
  const types = new Map(configReference().map(({ path, type }) => [path, type]));
  return flatten(loaded.config).map(({ path, value }) => ({
    path,
    value: shown(value, types.get(path)),
    source: loaded.sources.get(path) ?? "default",
  }));
}

function shown(value: unknown, type: string | undefined): string {
  if (value instanceof Secret) return String(value);
  if (value === undefined) return "none";
  if (typeof value === "number" && type === "duration") return inUnits(value, DURATION_UNITS);
  if (typeof value === "number" && type === "size") return inUnits(value, SIZE_UNITS);
  return typeof value === "string" ? value : JSON.stringify(value);
}

type Units = readonly (readonly [name: string, size: number])[];

const DURATION_UNITS: Units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

const SIZE_UNITS: Units = [
  ["TB", 2 ** 40],
  ["GB", 2 ** 30],
  ["MB", 2 ** 20],
  ["KB", 2 ** 10],
  ["B", 1],
];

/** The largest unit that needs no fraction. */
function inUnits(amount: number, units: Units): string {
  const unit = units.find(([, size]) => amount >= size && amount % size === 0);
  return unit === undefined
    ? `${amount}${units.at(-1)?.[0] ?? ""}`
    : `${amount / unit[1]}${unit[0]}`;
}
