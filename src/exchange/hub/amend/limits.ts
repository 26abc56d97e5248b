import type { Effort, Remedy } from "../../../canonical/index.ts";
import { EFFORTS } from "../../../upstream/dialects/shared/effort.ts";
import { dispensable } from "./members.ts";

/** What a model is known not to take. */
export interface Limits {
  /** The most tokens of an answer that may be asked for. */
  readonly maxTokens?: number;
  /** The levels of effort that it knows; none: effort is not spoken of. Undefined: all that its provider's models have. */
  readonly efforts?: readonly Effort[];
  /** False: it is not to be asked to think. */
  readonly thinks?: false;
  /** Members of a body, by their names there. */
  readonly without?: readonly string[];
}

/** How limits may be narrowed by what an upstream told. The first that makes another request of it is meant. */
export function narrowed(limits: Limits, remedy: Remedy): readonly Limits[] {
  switch (remedy.by) {
    case "max_tokens":
      return [{ ...limits, maxTokens: remedy.limit }];
    case "effort": {
      const { efforts: known = EFFORTS } = limits;
      const silent: Limits = { ...limits, efforts: [] };
      const efforts = known.filter((level) => remedy.levels.includes(level));
      return [{ ...limits, efforts }, silent, { ...silent, thinks: false }];
    }
    case "thinking":
      return [{ ...limits, thinks: false }];
    case "member": {
      const { without = [] } = limits;
      const isKnown = dispensable(remedy.name) !== undefined;
      return isKnown ? [{ ...limits, without: [...without, remedy.name] }] : [];
    }
    case "again":
      return [];
    default:
      return remedy satisfies never;
  }
}
