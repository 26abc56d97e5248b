import type { FullWindow } from "../../quota/full-sessions.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Question } from "../question.ts";

/** The window by which the caller's session is known to be full for the model, where that is remembered (design R3). */
export function knownFull(
  { identity, facts }: Pick<Question, "identity" | "facts">,
  { fullSessions, clock }: Pick<House, "fullSessions" | "clock">,
  { pay }: Pick<ExchangeSettings, "pay">,
): FullWindow | undefined {
  const { principal, account, own } = identity;
  if (!pay.memory || account === undefined || own.class !== "subscription") return undefined;
  return fullSessions.find({ principal, account }, facts.model, {
    nowMs: clock.now(),
    retryMs: pay.retrySessionMs,
  });
}
