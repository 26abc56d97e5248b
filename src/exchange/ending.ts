import type { Identity } from "../identity/principal.ts";
import type { Route } from "../routing/route.ts";
import type { Attempted, AttemptOutcome } from "./attempt/attempt-plan.ts";
import { notTried } from "./attempt/not-sent.ts";
import type { Decision } from "./decision/decide.ts";
import type { Ending } from "./settle.ts";

/** How an exchange ended, with what is told of its turns. */
export type Ended = Ending & Pick<Attempted, "turns" | "answer">;

/** Tries what was decided, or ends with the policy's refusal. */
export async function endingOf(
  decision: Decision,
  { own }: Identity,
  tryAll: (route: Route) => Promise<Attempted>,
): Promise<Ended> {
  const { route, refusal, mode, residencyAt, deployment, record } = decision;
  if (route === undefined) {
    if (refusal === undefined) throw new Error("neither a route nor a refusal");
    const book = own.class === "subscription" ? "subscription" : "api";
    return {
      attempts: [],
      last: notTried(refusal),
      mode,
      book,
      residency: residencyAt({ deployment }),
      reason: `refused: ${refusal.message}`,
      record,
      turns: [],
      answer: undefined,
      seller: deployment,
    };
  }
  const { attempts, turns, answer, last, candidate, isSpent } = await tryAll(route);
  return {
    ...(isSpent === true ? { isSpent } : {}),
    attempts,
    last,
    mode: candidate.mode,
    book: candidate.book,
    sentModel: candidate.model,
    residency: residencyAt(candidate),
    reason: candidate.reason,
    record,
    turns,
    answer,
    seller: candidate.deployment,
    answeredBy: isAnswered(last) ? candidate : undefined,
    billingOwner: candidate.credential.owner,
  };
}

function isAnswered({ head, failure }: AttemptOutcome["last"]): boolean {
  return failure === undefined && head !== undefined && head.status < 300;
}
