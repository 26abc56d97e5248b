import { nearestName } from "../../base/nearest.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { TIERS } from "../dispatch.ts";
import type { Stage, Target } from "../target.ts";
import type { Meaning, ModelHomes, NameRules, VirtualModel } from "./rules.ts";

/** Every name of the configuration with what it stands for. */
export interface CompiledNames {
  /** Aliases and virtual models. */
  readonly given: ReadonlyMap<string, Meaning>;
  /** By tier. */
  readonly tiers: ReadonlyMap<string, Meaning>;
  readonly chains: ReadonlyMap<string, readonly Stage[]>;
  /** What any name stands for; undefined where nobody knows it. */
  readonly follow: (name: string) => readonly Stage[] | undefined;
}

const ANTHROPIC = "anthropic";

/** The refusal begins with the field. */
export function compileNames(rules: NameRules, homes: ModelHomes): Result<CompiledNames, string> {
  const names = new NameCompiler(rules, homes);
  const given = new Map<string, Meaning>();
  for (const [name, field] of names.fields()) {
    const meaning = names.ofOwn(name, field);
    if (!meaning.ok) return fail(`${field}: ${meaning.error}`);
    given.set(name, meaning.value);
  }
  const tiers = new Map<string, Meaning>();
  for (const tier of TIERS) {
    const model = rules.tiers[tier];
    if (model === undefined) continue;
    const behind = names.follow({ model }, []);
    if (!behind.ok) return fail(`routing.tiers.${tier}: ${behind.error}`);
    const { steps, trail, stages } = behind.value;
    const step = `the tier ${tier} is ${model}`;
    tiers.set(tier, { steps: [step, ...steps], trail: [model, ...trail], stages });
  }
  const chains = new Map<string, readonly Stage[]>();
  for (const [name, targets] of Object.entries(rules.fallbacks)) {
    const chain = names.chain(name, targets);
    if (!chain.ok) return fail(`routing.fallbacks.${name}: ${chain.error}`);
    chains.set(name, chain.value);
  }
  const follow = (model: string): readonly Stage[] | undefined => {
    const found = names.follow({ model }, []);
    return found.ok ? found.value.stages : undefined;
  };
  return ok({ given, tiers, chains, follow });
}

class NameCompiler {
  readonly #rules: NameRules;
  readonly #homes: ModelHomes;

  constructor(rules: NameRules, homes: ModelHomes) {
    this.#rules = rules;
    this.#homes = homes;
  }

  /** The names that the operator gave, with the fields that they stand in. */
  fields(): readonly (readonly [string, string])[] {
    const { aliases, models } = this.#rules;
    return [
      ...Object.keys(aliases).map((name) => [name, `routing.aliases.${name}`] as const),
      ...Object.keys(models).map((name) => [name, `routing.models.${name}`] as const),
    ];
  }

  ofOwn(name: string, field: string): Result<Meaning, string> {
    const { aliases, models } = this.#rules;
    if (Object.hasOwn(aliases, name) && Object.hasOwn(models, name)) {
      return fail("is an alias and a virtual model; give one of them another name");
    }
    const slash = name.indexOf("/");
    const provider = slash < 0 ? undefined : name.slice(0, slash);
    if (provider !== undefined && this.#homes.providers.includes(provider)) {
      return fail(
        `names a model of ${provider}, and such a name is sent nowhere else; give it another name, or add routing.fallbacks.${name}`,
      );
    }
    const model = models[name];
    if (model?.strategy === "weighted" && !model.targets.some(({ weight = 1 }) => weight > 0)) {
      return fail(`has no weight above 0; change one in ${field}.targets`);
    }
    return this.follow({ model: name }, []);
  }

  chain(name: string, targets: readonly Target[]): Result<readonly Stage[], string> {
    const { aliases, models } = this.#rules;
    const isKnown = name === "*" || Object.hasOwn(aliases, name) || Object.hasOwn(models, name);
    if (!isKnown && this.#homes.homeOf(name) === undefined) return fail(this.#unknown(name));
    const stages: Stage[] = [];
    for (const target of targets) {
      const found = this.follow(target, []);
      if (!found.ok) return found;
      stages.push(...found.value.stages);
    }
    return ok(stages);
  }

  /** `before`: the names that led here. */
  follow(target: Target, before: readonly string[]): Result<Meaning, string> {
    const { aliases, models } = this.#rules;
    const { model: name } = target;
    if (before.includes(name)) return fail(`goes in circles: ${[...before, name].join(", ")}`);
    const path = [...before, name];
    const to = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
    if (to !== undefined) {
      const behind = this.follow({ ...target, model: to }, path);
      if (!behind.ok) return behind;
      const { steps, trail, stages } = behind.value;
      return ok({ steps: [`alias ${name} is ${to}`, ...steps], trail: [to, ...trail], stages });
    }
    const virtual = Object.hasOwn(models, name) ? models[name] : undefined;
    if (virtual !== undefined) return this.#virtual(target, virtual, path);
    const refusal = this.#refusalOf(target);
    if (refusal !== undefined) return fail(refusal);
    return ok({
      steps: [],
      trail: [],
      stages: [{ name, strategy: "priority", targets: [target] }],
    });
  }

  /** A virtual model among the targets of another has its targets stand there, which only a list in order allows. */
  #virtual(asked: Target, model: VirtualModel, path: readonly string[]): Result<Meaning, string> {
    const { strategy, targets } = model;
    const { model: name } = asked;
    const behind: Stage[] = [];
    for (const target of targets) {
      const paying = { ...target, pays: asked.pays ?? target.pays, key: asked.key ?? target.key };
      const found = this.follow(paying, path);
      if (!found.ok) return found;
      const { stages } = found.value;
      if (strategy !== "priority" && (stages.length > 1 || stages[0]?.targets.length !== 1)) {
        return fail(
          `${target.model} is a virtual model, and stands among targets of the strategy ${strategy}; name its targets there`,
        );
      }
      behind.push(...stages);
    }
    const isPlain = behind.every(({ targets: each }) => each.length === 1);
    const together = { name, strategy, targets: behind.flatMap((stage) => stage.targets) };
    const steps = [`${name} is a virtual model (${strategy.replace("_", " ")})`];
    return ok({ steps, trail: [], stages: isPlain ? [together] : behind });
  }

  #refusalOf({ model, pays }: Target): string | undefined {
    const home = this.#homes.homeOf(model);
    if (home === undefined) return this.#unknown(model);
    if (pays === "session" && home !== ANTHROPIC) {
      return `${model} cannot be paid by a session: a subscription is for Anthropic's models`;
    }
    return undefined;
  }

  #unknown(name: string): string {
    const { aliases, models } = this.#rules;
    const slash = name.indexOf("/");
    if (slash > 0) {
      const provider = name.slice(0, slash);
      const near = nearestName(provider, this.#homes.providers);
      return `${name}: there is no provider "${provider}"${near === undefined ? "; add it to providers" : `; did you mean "${near}"?`}`;
    }
    const near = nearestName(name, [...Object.keys(aliases), ...Object.keys(models)]);
    const remedy =
      near === undefined
        ? "write another provider's model as provider/model"
        : `did you mean "${near}"?`;
    return `there is no model, alias or virtual model "${name}"; ${remedy}`;
  }
}
