import { formatUsd, nanoUsd } from "../../base/money.ts";
import type { Paint } from "../../observe/paint.ts";
import { NOTIONAL_LEGEND } from "../../observe/terminal-line.ts";
import type { RouteCandidateView, RouteTurnView, RouteView } from "../../store/route-view.ts";
import type { Screen } from "../text.ts";
import { aside, heading } from "./parts.ts";
import { type PlaceRow, placeRows } from "./place-rows.ts";

/** What could have answered, in the order of the attempts, what came of each, and what was taken off the list before. */
export function tellRoute(screen: Screen, route: RouteView): void {
  const { steps, candidates, refused, notes } = route;
  heading(screen, "Why it went there");
  for (const step of steps) aside(screen, step, "  ");
  placeRows(screen, [
    ...candidates.map((place, at) => candidateRow(route, place, at)),
    ...refused.map(
      ({ name, pays, reason, code }): PlaceRow => ({
        mark: "-",
        name,
        pays,
        came: code === null ? "left out" : `left out: ${wordsOf(code)}`,
        paint: "red",
        asides: [reason],
      }),
    ),
  ]);
  for (const note of notes) aside(screen, note, "  ");
  if (candidates.some(({ pays, price_nano_usd: price }) => pays === "session" && price)) {
    aside(screen, NOTIONAL_LEGEND, "  ");
  }
}

function candidateRow(route: RouteView, place: RouteCandidateView, at: number): PlaceRow {
  const { name, pays, reason } = place;
  const price = priceText(place);
  const [came, paint] = whatCame(route, at);
  const said = price === undefined ? reason : `${reason}; ${price}`;
  return { mark: `${at + 1}`, name, pays, came, paint, asides: [said] };
}

/** Of the latest turn that a candidate had. */
function whatCame({ turns, answer }: RouteView, at: number): readonly [string, Paint] {
  if (turns === null) return ["", "dim"];
  const last = turns.findLast(({ candidate }) => candidate === at);
  if (last === undefined) return [answer === null ? "not asked" : "not needed", "dim"];
  if (answer !== null && turns[answer] === last) {
    return last.came === "ok" ? ["answered", "green"] : [`${cameText(last)}, shown`, "red"];
  }
  if (last.next === "skipped") return [`not asked: ${wordsOf(last.came)}`, "yellow"];
  return [cameText(last), "yellow"];
}

/** `429 rate limit`, `no answer: reset`. */
export function cameText({ came, status }: RouteTurnView): string {
  if (status === null) return `no answer: ${wordsOf(came)}`;
  return came === "ok" || came === "unknown" ? `${status}` : `${status} ${wordsOf(came)}`;
}

export function wordsOf(code: string): string {
  return code === "client_closed" ? "the client left" : code.replaceAll("_", " ");
}

/** Undefined: not known. What a subscription pays is what it would have cost. */
function priceText({ pays, price_nano_usd: price }: RouteCandidateView): string | undefined {
  if (price === null) return undefined;
  const [input, output] = [price.input, price.output].map(
    (nano) => `${pays === "session" ? "~" : ""}${formatUsd(nanoUsd(BigInt(nano)))}`,
  );
  return `${input} in, ${output} out per 1M tokens`;
}
