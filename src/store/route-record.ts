import { isObject } from "../base/json.ts";

/** A place that a request may have gone to, as the operator would name it. */
export interface RoutePlace {
  /** `provider/model`, with `@region` behind it where a provider has several. */
  readonly name: string;
  /** Whose credential, such as `session`, or a stored key by its label. */
  readonly pays: string;
}

/** One that the attempt loop was given, in its order. */
export interface RouteCandidate extends RoutePlace {
  /** Why it is there, and there in the order. */
  readonly reason: string;
}

/** One that was taken off the list before anything was sent. */
export interface RouteRefusal extends RoutePlace {
  readonly reason: string;
}

/** Why an exchange went where it went. Texts are for people; nothing is decided by reading them back. */
export interface RouteRecord {
  /** What was done with the name that the client wrote, in order: `alias fast is groq/llama-3.3-70b`. */
  readonly steps: readonly string[];
  readonly candidates: readonly RouteCandidate[];
  readonly refused: readonly RouteRefusal[];
  /** What happened besides while it was tried: held events, waits in a queue, what moving cost the cache. */
  readonly notes: readonly string[];
}

/** Whether a value that was read back is one. */
export function isRouteRecord(value: unknown): value is RouteRecord {
  return (
    isObject(value) &&
    isListOf(value["steps"], isText) &&
    isListOf(value["candidates"], isReasonedPlace) &&
    isListOf(value["refused"], isReasonedPlace) &&
    isListOf(value["notes"], isText)
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
