import { isObject } from "../base/json.ts";

/** A place that a request may have gone to, as the operator would name it. */
export interface RoutePlace {
  /** `provider/model`, with `@region` behind it where a provider has several. */
  readonly name: string;
  /** Whose credential, such as `session`, or a stored key by its label. */
  readonly pays: string;
}

/** List prices, in nano-dollars for a million tokens. */
export interface RoutePrice {
  readonly input: number;
  readonly output: number;
}

/** One that the attempt loop was given, in its order. */
export interface RouteCandidate extends RoutePlace {
  /** Why it is there, and there in the order. */
  readonly reason: string;
  /** Undefined: nobody knows. */
  readonly price?: RoutePrice | undefined;
}

/** One that was taken off the list before anything was sent. */
export interface RouteRefusal extends RoutePlace {
  readonly reason: string;
  /** The reason in a word, of `routing/explain/words.ts`; undefined in records of older versions. */
  readonly code?: string | undefined;
}

/**
 * What followed a turn: the client has its answer; nothing of it was shown, for another one may be better; the next candidate
 * was asked instead; the same one was asked again; neither, for too much was being repeated already; it was not asked at all.
 */
export const NEXT = ["shown", "kept", "moved", "repeated", "denied", "skipped"] as const;
export type Next = (typeof NEXT)[number];

/** One time that a candidate had its turn. Milliseconds. */
export interface RouteTurn {
  /** Which of the candidates, from 0. */
  readonly at: number;
  /** `ok`, how it failed, or why it was not asked: a word of `routing/explain/words.ts`. */
  readonly came: string;
  readonly status?: number | undefined;
  readonly next: Next;
  /** Upstream calls that it took; none where nothing was sent. */
  readonly calls: number;
  /** Why it was not asked, in a sentence. */
  readonly reason?: string | undefined;
  /** In the upstream's queue before it was sent. */
  readonly queuedMs?: number | undefined;
  /** The beginning of its answer was held. */
  readonly heldMs?: number | undefined;
  /** Before the same candidate was asked again. */
  readonly pausedMs?: number | undefined;
  /** The pause is what the upstream asked for. */
  readonly isAsked?: true | undefined;
}

/** Why an exchange went where it went. Texts are for people; nothing is decided by reading them back. */
export interface RouteRecord {
  /** What was done with the name that the client wrote, in order: `alias fast is groq/llama-3.3-70b`. */
  readonly steps: readonly string[];
  readonly candidates: readonly RouteCandidate[];
  readonly refused: readonly RouteRefusal[];
  /** What happened besides: what staying kept in the cache, or what moving cost. */
  readonly notes: readonly string[];
  /** What became of the candidates that had their turn, in order; undefined in records of older versions. */
  readonly turns?: readonly RouteTurn[] | undefined;
  /** Which of the turns the client has the answer of; undefined: none's. */
  readonly answer?: number | undefined;
  /** All of it in short, as in `x-spillway-route`, and as it was in the end. */
  readonly short?: string | undefined;
}

/** Whether a value that was read back is one. */
export function isRouteRecord(value: unknown): value is RouteRecord {
  return (
    isObject(value) &&
    isListOf(value["steps"], isText) &&
    isListOf(value["candidates"], isReasonedPlace) &&
    isListOf(value["refused"], isReasonedPlace) &&
    isListOf(value["notes"], isText) &&
    (value["turns"] === undefined || isListOf(value["turns"], isTurn)) &&
    (value["short"] === undefined || isText(value["short"]))
  );
}

function isTurn(value: unknown): value is RouteTurn {
  return (
    isObject(value) &&
    ["at", "calls"].every((name) => Number.isSafeInteger(value[name])) &&
    isText(value["came"]) &&
    NEXT.some((next) => next === value["next"])
  );
}

function isReasonedPlace(value: unknown): value is RouteCandidate {
  return isObject(value) && ["name", "pays", "reason"].every((name) => isText(value[name]));
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
