import type { GatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type { Candidate } from "../../routing/candidate.ts";
import { placesOf } from "../../routing/explain/place.ts";
import { routeField, type ToldTurn } from "../../routing/explain/route-field.ts";
import type { RouteCandidate, RouteRecord, RouteTurn } from "../../store/route-record.ts";
import type { Attempted } from "../attempt/attempt-plan.ts";
import type { Decision } from "../decision/decide.ts";
import type { ExchangeSettings } from "../house.ts";

/** How far a route has been gone. */
export interface Gone {
  readonly turns: readonly ToldTurn[];
  readonly answer?: number | undefined;
  readonly error?: GatewayError | undefined;
}

/** `x-spillway-route`, where there was something to choose. */
export function routeMarks(
  { record }: Pick<Decision, "record">,
  { turns, answer, error }: Gone,
  { routing }: Pick<ExchangeSettings, "routing">,
): HeaderList {
  if (record === undefined || !routing.header) return [];
  return ["x-spillway-route", routeField({ ...record, turns, answer, error: error?.code })];
}

/** What the record keeps: also where there was nothing to choose, if it took more than to ask and to be answered. */
export function routeTold(
  { record, route }: Pick<Decision, "record" | "route">,
  { turns, answer }: Pick<Attempted, "turns" | "answer">,
  error: GatewayError | undefined,
  notes: readonly string[],
  pricing: { readonly asked: string; readonly catalogue: ExchangeSettings["catalogue"] },
): RouteRecord | undefined {
  if (record === undefined && notes.length === 0 && !isEventful(turns)) return undefined;
  const { asked } = pricing;
  const made = record ?? {
    steps: [],
    candidates: placesOf(route ?? [], asked),
    refused: [],
    notes: [],
  };
  return {
    ...made,
    candidates: made.candidates.map((place, at) => priced(place, route?.[at], pricing)),
    notes: [...made.notes, ...notes],
    turns,
    answer,
    short: routeField({ ...made, turns, answer, error: error?.code }),
  };
}

function isEventful(turns: readonly RouteTurn[]): boolean {
  const [first, ...others] = turns;
  if (first === undefined) return false;
  const isPlain = first.next !== "skipped" && first.next !== "denied";
  return others.length > 0 || !isPlain || (first.queuedMs ?? 0) > 0;
}

function priced(
  place: RouteCandidate,
  candidate: Candidate | undefined,
  { asked, catalogue }: Parameters<typeof routeTold>[4],
): RouteCandidate {
  if (candidate === undefined) return place;
  const { deployment, model = asked } = candidate;
  const prices = catalogue.of(deployment).find(model)?.prices;
  if (prices === undefined) return place;
  return { ...place, price: { input: Number(prices.input), output: Number(prices.output) } };
}
