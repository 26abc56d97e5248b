import type {
  Next,
  RouteCandidate,
  RoutePlace,
  RouteRefusal,
  RouteTurn,
} from "../../store/route-record.ts";

/** What is known of a route by the time that it is told. */
export interface ToldRoute {
  readonly candidates: readonly Pick<RouteCandidate, "name" | "pays">[];
  readonly refused: readonly Pick<RouteRefusal, "name" | "pays" | "code">[];
  readonly turns: readonly ToldTurn[];
  /** Which turn's answer the client gets; undefined: none's. */
  readonly answer?: number | undefined;
  /** The error that is answered instead. */
  readonly error?: string | undefined;
}

export type ToldTurn = Pick<RouteTurn, "at" | "status" | "queuedMs" | "pausedMs"> & {
  readonly next?: Next | undefined;
  /** Undefined: the body, which would tell, has not come. */
  readonly came?: string | undefined;
};

export const MAX_FIELD_BYTES = 512;
const MAX_NAME = 100;

/**
 * A route in short, for `x-spillway-route`: a list of structured fields, in the order of what happened, then what was left out,
 * then what was not needed. What is too long for it is counted at the end. ASCII only, `MAX_FIELD_BYTES` at most.
 *
 * @source https://www.rfc-editor.org/rfc/rfc9651 (read 2026-11-26)
 */
export function routeField(route: ToldRoute): string {
  const { candidates, refused, turns, answer, error } = route;
  const asked = new Set(turns.map(({ at }) => at));
  const tried = turns.map((turn, i) => turnItem(candidates[turn.at], turn, i === answer));
  const out = refused.map((place) => `${placeItem(place)};out=${wordOf(place.code)}`);
  const spare = candidates.flatMap((place, at) =>
    asked.has(at) ? [] : [`${placeItem(place)}${answer === undefined ? "" : ";spare"}`],
  );
  const end = error === undefined ? "" : `*;error=${wordOf(error)}`;
  return fitted([...tried, ...out, ...spare], answer, end);
}

function turnItem(place: RoutePlace | undefined, turn: ToldTurn, isAnswer: boolean): string {
  const { came, status, queuedMs = 0, pausedMs = 0 } = turn;
  const isSent = status !== undefined;
  return [
    place === undefined ? "*" : placeItem(place),
    ...(queuedMs > 0 ? [`queued=${Math.round(queuedMs)}`] : []),
    ...(isSent ? [`got=${status}`] : []),
    ...(came === undefined || came === "ok" ? [] : [`why=${wordOf(came)}`]),
    ...(turn.next === "denied" ? ["denied"] : []),
    ...(pausedMs > 0 ? [`paused=${Math.round(pausedMs)}`] : []),
    ...(isAnswer ? ["answer"] : []),
  ].join(";");
}

/** Every item as long as there is room; what answered always, and how many are missing. */
function fitted(items: readonly string[], answer: number | undefined, end: string): string {
  const kept = new Set<number>(answer === undefined ? [] : [answer]);
  const text = () => {
    const missing = items.length - kept.size;
    const more = missing === 0 ? [] : [`*;more=${missing}`];
    return [...items.filter((_, i) => kept.has(i)), ...more, ...(end === "" ? [] : [end])].join(
      ", ",
    );
  };
  for (const i of items.keys()) {
    if (kept.has(i)) continue;
    kept.add(i);
    // Room for the count, in case that it is needed.
    const isLast = kept.size === items.length;
    if (text().length + (isLast ? 0 : ", *;more=999".length) <= MAX_FIELD_BYTES) continue;
    kept.delete(i);
    break;
  }
  return text();
}

function placeItem({ name, pays }: Pick<RoutePlace, "name" | "pays">): string {
  return `${nameItem(name)};pays=${payerItem(pays)}`;
}

/** A token where the name is one, else a string; what has no place in either is a question mark. */
function nameItem(name: string): string {
  const short = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 3)}...` : name;
  if (/^[A-Za-z][\w!#$%&'*+.^`|~:/-]*$/.test(short)) return short;
  return `"${short.replaceAll(/[^\x20-\x7e]/g, "?").replaceAll(/["\\]/g, "\\$&")}"`;
}

/** `session`, `key:main`, `own`, `nobody`: a token in any case. */
function payerItem(pays: string): string {
  if (pays === "the caller's own key") return "own";
  return wordOf(pays.replace(/^key /, "key:"));
}

function wordOf(text: string | undefined): string {
  const word = (text ?? "unknown").slice(0, MAX_NAME / 2).replaceAll(/[^\w!#$%&'*+.^`|~:/-]/g, "_");
  return /^[A-Za-z*]/.test(word) ? word : `_${word}`.replace(/^_/, "x_");
}
