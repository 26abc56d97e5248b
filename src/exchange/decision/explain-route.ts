import { formatUsd, nanoUsd } from "../../base/money.ts";
import { readClientInfo } from "../../identity/client.ts";
import type { Candidate } from "../../routing/candidate.ts";
import { placesOf } from "../../routing/explain/place.ts";
import type { ConsideredRule } from "../../routing/rules/rule-set.ts";
import type { RouteCandidate, RouteRecord } from "../../store/route-record.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Question } from "../question.ts";
import { BodyFacts } from "../request/body-facts.ts";
import { WITH_MODEL } from "../request/facts.ts";
import { classOf, type RequestClass } from "../request/request-class.ts";
import { type FactSources, RequestFacts } from "./rule-facts.ts";
import { applyRules, decideByRules } from "./ruling.ts";

/** Dollars for a million tokens. */
export interface ShownPrice {
  readonly input: string;
  readonly output: string;
}

/** What would become of a request, and why. */
export interface ExplainedRoute {
  /** The name that the client wrote. */
  readonly model: string | undefined;
  readonly class: RequestClass | undefined;
  readonly rules: readonly ConsideredRule[];
  readonly route: RouteRecord;
  /** Of the candidates, in their order; undefined: not known. */
  readonly prices: readonly (ShownPrice | undefined)[];
  readonly refusal: { readonly code: string; readonly message: string } | undefined;
  readonly residency: string | undefined;
}

/** What the rules make of a request, and nothing behind them. */
export function explainRules(
  question: Question,
  house: FactSources["house"],
  settings: ExchangeSettings,
): ExplainedRoute {
  const { call, facts, body } = question;
  const { rawHeaders: headers } = call.request;
  const client = readClientInfo(headers);
  const { operation } = call;
  const { refusal, steps } = applyRules(question, house, settings);
  const { rules } = settings;
  const isRuled = WITH_MODEL.has(operation) && rules !== undefined;
  return {
    model: facts.wrapped ?? facts.model,
    class: classOf({ headers, client, operation, facts, body: new BodyFacts(body, facts) }),
    rules: isRuled ? rules.consider(new RequestFacts({ question, house, settings })) : [],
    route: { steps, candidates: [], refused: [], notes: [] },
    prices: [],
    refusal: refusal && { code: refusal.code, message: refusal.message },
    residency: undefined,
  };
}

/** Goes the way of a request up to where it would be sent. Nothing is sent, and no money is touched. */
export function explainRoute(
  question: Question,
  house: House,
  settings: ExchangeSettings,
): ExplainedRoute {
  const ruled = explainRules(question, house, settings);
  const decided = decideByRules(question, house, settings);
  const { route, record, refusal, deployment } = decided;
  const candidates = route ?? [];
  const asked = question.facts.model ?? "";
  return {
    ...ruled,
    route: {
      ...ruled.route,
      ...record,
      candidates: told(record?.candidates, candidates, asked),
    },
    prices: candidates.map((candidate) => priceOf(candidate, asked, settings)),
    refusal: refusal && { code: refusal.code, message: refusal.message },
    residency: decided.residencyAt(candidates[0] ?? { deployment }),
  };
}

/** Where there was nothing to choose no list was made. */
function told(
  recorded: readonly RouteCandidate[] | undefined,
  candidates: readonly Candidate[],
  asked: string,
): readonly RouteCandidate[] {
  return recorded?.length === candidates.length ? recorded : placesOf(candidates, asked);
}

function priceOf(
  { deployment, model }: Candidate,
  asked: string,
  { catalogue }: ExchangeSettings,
): ShownPrice | undefined {
  const prices = catalogue.of(deployment).find(model ?? asked)?.prices;
  return prices && { input: usd(prices.input), output: usd(prices.output) };
}

function usd(nanoPerMillion: bigint): string {
  return formatUsd(nanoUsd(nanoPerMillion));
}
