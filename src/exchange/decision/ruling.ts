import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { allowsModel } from "../../policy/access/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import { placesOf } from "../../routing/explain/place.ts";
import type { RouteRecord } from "../../store/route-record.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Question } from "../question.ts";
import { WITH_MODEL } from "../request/facts.ts";
import { type Decision, decide } from "./decide.ts";
import { type FactSources, RequestFacts } from "./rule-facts.ts";

/** What the operator's rules make of a request. */
export interface Ruled {
  /** The name that a rule gave it; undefined: it keeps its own. */
  readonly to?: string;
  /** With the operator's words. */
  readonly refusal?: GatewayError;
  /** What they did, for people. */
  readonly steps: readonly string[];
}

/** Gives a request the name that the operator's rules say, and decides of it as if its client had written that. */
export function decideByRules(
  question: Question,
  house: House,
  settings: ExchangeSettings,
): Decision {
  const { to, refusal, steps } = applyRules(question, house, settings);
  const decided = decide(to === undefined ? question : renamed(question, to), house, settings);
  if (steps.length === 0) return decided;
  const record = withSteps(decided, steps, to ?? question.facts.model ?? "");
  if (refusal !== undefined) return { ...decided, route: undefined, refusal, record };
  if (to === undefined || decided.route === undefined) return { ...decided, record };
  const [first, ...rest] = decided.route;
  const named = (candidate: typeof first) => ({ ...candidate, model: candidate.model ?? to });
  return { ...decided, route: [named(first), ...rest.map(named)], record };
}

export function applyRules(
  question: Question,
  house: FactSources["house"],
  settings: ExchangeSettings,
): Ruled {
  const { call, facts, identity } = question;
  const { rules } = settings;
  // What its key does not allow is refused under the name that the client wrote.
  const isAllowed = allowsModel(identity.key?.settings.models ?? [], facts.model);
  if (rules === undefined || !WITH_MODEL.has(call.operation) || !isAllowed) return { steps: [] };
  const { rule, undecided } = rules.find(new RequestFacts({ question, house, settings }));
  const steps = undecided.map(({ name, reason }) => `rule ${name} does not count: ${reason}`);
  if (rule === undefined) return { steps };
  const { name, action } = rule;
  const asked = facts.wrapped ?? facts.model ?? "a request without a model";
  if ("stop" in action) return { steps: [...steps, `rule ${name}: ${asked} keeps its name`] };
  if ("refuse" in action) {
    const refusal = gatewayError("rule_refused", action.refuse);
    return { refusal, steps: [...steps, `rule ${name}: ${asked} is refused`] };
  }
  return { to: action.to, steps: [...steps, `rule ${name}: ${asked} is ${action.to}`] };
}

function renamed(question: Question, to: string): Question {
  const { wrapped: _, ...facts } = question.facts;
  return { ...question, facts: { ...facts, model: to } };
}

function withSteps(
  {
    record,
    route = [],
  }: {
    readonly record?: RouteRecord | undefined;
    readonly route?: readonly Candidate[] | undefined;
  },
  steps: readonly string[],
  asked: string,
): RouteRecord {
  const candidates = placesOf(route, asked);
  const made = record ?? { steps: [], candidates, refused: [], notes: [] };
  return { ...made, steps: [...steps, ...made.steps] };
}
