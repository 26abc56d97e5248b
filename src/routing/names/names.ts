import { withoutOneMillion } from "../../base/picker-id.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { modelClassOf } from "../dispatch.ts";
import type { Stage } from "../target.ts";
import { compileNames } from "./compile.ts";
import type { Meaning, ModelHomes, NameRules } from "./rules.ts";
import { spellingKey } from "./spelling.ts";

/** What becomes of a name that a client wrote. */
export interface Resolution {
  /** What was done with it, in order, for people. */
  readonly steps: readonly string[];
  /** What it stands for, then what is tried when all of that fails. */
  readonly stages: readonly Stage[];
  readonly chain: readonly Stage[];
  /** It is an alias or a virtual model: whoever may ask for it may have what it stands for. */
  readonly isGiven: boolean;
}

/** What the operator's names stand for. */
export interface Names {
  /** Aliases and virtual models, in the order of the configuration. */
  readonly given: readonly string[];
  /** Undefined: the name means itself, and nothing comes after it. */
  resolve(name: string): Resolution | undefined;
  /** A list of names in the place of the operator's chain; refused with the one that nobody knows. */
  chainOf(names: readonly string[]): Result<readonly Stage[], string>;
}

/** Follows every name once, so that a request only looks one up. The refusal names the field and the remedy. */
export function makeNames(rules: NameRules, homes: ModelHomes): Result<Names, string> {
  const compiled = compileNames(rules, homes);
  if (!compiled.ok) return compiled;
  const { given, tiers, chains, follow } = compiled.value;
  const find = findBySpelling(given);
  const ownChain = findBySpelling(chains);
  const star = chains.get("*") ?? [];

  const meaningOf = (name: string): Meaning & { readonly isGiven: boolean } => {
    const found = find(name);
    if (found !== undefined) return { ...found, isGiven: true };
    const pinned = isExplicit(name) ? undefined : tiers.get(modelClassOf(name));
    if (pinned !== undefined) return { ...pinned, isGiven: false };
    return { steps: [], trail: [], stages: [itself(name)], isGiven: false };
  };
  return ok({
    given: [...given.keys()],
    resolve(name) {
      const { steps, trail, stages, isGiven } = meaningOf(name);
      const chain = [name, ...trail].map(ownChain).find((found) => found !== undefined) ?? star;
      if (steps.length === 0 && chain.length === 0) return undefined;
      return { steps, stages, chain, isGiven };
    },
    chainOf(names) {
      const all: Stage[] = [];
      for (const name of names) {
        const found = find(name)?.stages ?? follow(name);
        if (found === undefined) return fail(name);
        all.push(...found);
      }
      return ok(all);
    },
  });
}

function itself(model: string): Stage {
  return { name: model, strategy: "priority", targets: [{ model }] };
}

/** A name with its provider in front means what it says. */
function isExplicit(name: string): boolean {
  return name.includes("/");
}

/** As it is written, without the client's mark of a long context, or by another spelling that nobody else has. */
function findBySpelling<T>(entries: ReadonlyMap<string, T>): (name: string) => T | undefined {
  const byKey = new Map<string, T>();
  for (const [name, entry] of entries) {
    const key = spellingKey(name);
    if (!byKey.has(key)) byKey.set(key, entry);
  }
  return (name) => {
    const exact = entries.get(name) ?? entries.get(withoutOneMillion(name));
    return (
      exact ?? (isExplicit(name) || entries.size === 0 ? undefined : byKey.get(spellingKey(name)))
    );
  };
}
