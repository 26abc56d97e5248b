import type {
  RouteCandidate,
  RoutePlace,
  RouteRecord,
  RouteRefusal,
  RouteTurn,
} from "./route-record.ts";

/** A place that had its turn or could have had it, as JSON. */
export interface RouteCandidateView extends RoutePlace {
  readonly reason: string;
  /** Nano-dollars for a million tokens; null: nobody knows. */
  readonly price_nano_usd: { readonly input: number; readonly output: number } | null;
}

export interface RouteRefusalView extends RoutePlace {
  readonly reason: string;
  /** The reason in a word; null in records of older versions. */
  readonly code: string | null;
}

/** One time that a candidate had its turn, as JSON. */
export interface RouteTurnView {
  /** Which of the candidates, from 0. */
  readonly candidate: number;
  readonly came: string;
  readonly status: number | null;
  readonly next: string;
  readonly calls: number;
  readonly reason: string | null;
  readonly queued_ms: number | null;
  readonly held_ms: number | null;
  readonly paused_ms: number | null;
  /** The pause is the upstream's `retry-after`. */
  readonly retry_after: boolean;
}

/** Why an exchange went where it went, as JSON. */
export interface RouteView {
  /** As in `x-spillway-route`, and as it was in the end; null in records of older versions. */
  readonly short: string | null;
  readonly steps: readonly string[];
  readonly candidates: readonly RouteCandidateView[];
  readonly refused: readonly RouteRefusalView[];
  /** Null in records of older versions. */
  readonly turns: readonly RouteTurnView[] | null;
  /** Which turn's answer the client has; null: none's. */
  readonly answer: number | null;
  readonly notes: readonly string[];
}

export function routeView(route: RouteRecord): RouteView {
  const { short, steps, candidates, refused, turns, answer, notes } = route;
  return {
    short: short ?? null,
    steps,
    candidates: candidates.map(candidateView),
    refused: refused.map(refusalView),
    turns: turns?.map(turnView) ?? null,
    answer: answer ?? null,
    notes,
  };
}

/** Who answered, where it took more than the first candidate's first turn. */
export interface AnsweredView {
  /** `openrouter`: the provider's name. */
  readonly provider: string;
  /** Counts those that were asked. */
  readonly attempt: number;
  /** It is another candidate than the first. */
  readonly is_fallback: boolean;
}

export function answeredView(route: RouteRecord | undefined): AnsweredView | null {
  const { turns = [], answer, candidates = [] } = route ?? {};
  const turn = answer === undefined ? undefined : turns[answer];
  const place = turn && candidates[turn.at];
  if (answer === undefined || turn === undefined || place === undefined) return null;
  const attempt = turns.slice(0, answer + 1).filter(({ calls }) => calls > 0).length;
  const [provider = ""] = place.name.split("/", 1);
  if (attempt < 2 && turn.at === 0) return null;
  return { provider, attempt, is_fallback: turn.at > 0 };
}

function candidateView({ name, pays, reason, price }: RouteCandidate): RouteCandidateView {
  return { name, pays, reason, price_nano_usd: price ?? null };
}

function refusalView({ name, pays, reason, code }: RouteRefusal): RouteRefusalView {
  return { name, pays, reason, code: code ?? null };
}

function turnView({ at, came, status, next, calls, reason, ...waits }: RouteTurn): RouteTurnView {
  const { queuedMs, heldMs, pausedMs, isAsked = false } = waits;
  return {
    candidate: at,
    came,
    status: status ?? null,
    next,
    calls,
    reason: reason ?? null,
    queued_ms: queuedMs ?? null,
    held_ms: heldMs ?? null,
    paused_ms: pausedMs ?? null,
    retry_after: isAsked,
  };
}
