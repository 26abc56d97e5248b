import { durationText } from "../../observe/number-text.ts";
import type { RouteTurnView, RouteView } from "../../store/route-view.ts";
import type { AttemptView, ExchangeView } from "../../store/views.ts";
import type { Screen } from "../text.ts";
import { heading, sizeText, timeOf } from "./parts.ts";
import { type PlaceRow, placeRows } from "./place-rows.ts";
import { cameText, wordsOf } from "./route.ts";

/** Who was asked, when, what came of it, and what followed. */
export function tellAttempts(screen: Screen, { attempts, route }: ExchangeView): void {
  const rows = route?.turns ? turnRows(route, route.turns, attempts) : attempts.map(callRow);
  heading(screen, rows.length === 1 ? "Attempt" : "Attempts");
  if (rows.length === 0) screen.line("  None: nothing was sent upstream.");
  placeRows(screen, rows);
}

function turnRows(
  route: RouteView,
  turns: readonly RouteTurnView[],
  attempts: readonly AttemptView[],
): readonly PlaceRow[] {
  let told = 0;
  return turns.map((turn, index): PlaceRow => {
    const { name = "?", pays = "?" } = route.candidates[turn.candidate] ?? {};
    const isAnswer = index === route.answer;
    const isLast = index === turns.length - 1;
    const calls = attempts.slice(told, told + turn.calls);
    told += turn.calls;
    return {
      mark: `${index + 1}`,
      name,
      pays,
      came: turn.next === "skipped" ? `not asked: ${wordsOf(turn.came)}` : cameText(turn),
      paint: isAnswer && turn.came === "ok" ? "green" : "yellow",
      asides: [
        ...(turn.reason === null ? [] : [turn.reason]),
        ...waited("waited", turn.queued_ms, "for its turn"),
        ...calls.flatMap(figures),
        ...waited("its beginning was held for", turn.held_ms),
      ],
      after: turn.next === "skipped" && isLast ? "nobody else was left" : followed(turn, isAnswer),
    };
  });
}

function waited(before: string, ms: number | null, after = ""): readonly string[] {
  return ms === null || ms === 0 ? [] : [`${before} ${durationText(ms)} ${after}`.trimEnd()];
}

const NEXT: Readonly<Record<string, string>> = {
  kept: "nothing of it was shown",
  moved: "so the next one was asked",
  denied: "too much was being repeated already, so nobody else was asked",
  skipped: "so the next one had its turn",
};

function followed(turn: RouteTurnView, isAnswer: boolean): string {
  const { next, paused_ms: paused, retry_after: isAsked } = turn;
  if (isAnswer) return shown(turn);
  if (next === "repeated") {
    const why = isAsked ? ", as its retry-after says," : "";
    return `asked again${why} after ${durationText(paused ?? 0)}`;
  }
  return NEXT[next] ?? next;
}

function shown({ next, came, status }: RouteTurnView): string {
  if (next === "denied") return "too much was being repeated already, so the client has this";
  if (next !== "shown") return "no other did better, so the client has this";
  if ((status ?? 0) >= 400) return "the client has this error";
  return `the client has ${came === "ok" ? "this answer" : "what there is of it"}`;
}

/** An attempt of which nothing more is known. */
function callRow(attempt: AttemptView, index: number): PlaceRow {
  const { status, deployment, outcome } = attempt;
  const isGood = outcome === "ok" && (status ?? 500) < 400;
  return {
    mark: `${index + 1}`,
    name: deployment,
    pays: attempt.credential_class,
    came: `${status ?? "no answer"}, ${wordsOf(outcome)}`,
    paint: isGood ? "green" : "yellow",
    asides: figures(attempt),
  };
}

/** When, and what went where. */
function figures(attempt: AttemptView): readonly string[] {
  const { headers_after_ms: headers, upstream_request_id: id } = attempt;
  return [
    [
      `sent at ${timeOf(attempt.started_after_ms)}`,
      ...(headers === null ? [] : [`headers at ${timeOf(headers)}`]),
      `over at ${timeOf(attempt.ended_after_ms)}`,
    ].join(", "),
    [
      `${sizeText(attempt.bytes_sent)} up`,
      `${sizeText(attempt.bytes_received)} down`,
      `credential of ${attempt.credential_owner}`,
      ...(id === null ? [] : [`upstream's id ${id}`]),
    ].join(", "),
  ];
}
