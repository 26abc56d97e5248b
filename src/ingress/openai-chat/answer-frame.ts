import type { JsonObject } from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";
import type { CallForm } from "./answer-delta.ts";
import { LEGACY } from "./read-tools.ts";

/** Crockford's digits, of which ids hold the milliseconds of their making in the first ten. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS = /_(?<time>[0-9a-hjkmnp-tv-z]{10})/;
const MS_PER_SECOND = 1_000;

/** The members that an answer and every chunk of one begin with. */
export function answerFrame(id: string, object: string, facts: AnswerFacts): JsonObject {
  return {
    id: id === "" ? `chatcmpl-${facts.requestId}` : id,
    object,
    created: createdSeconds(facts.requestId),
    model: facts.model,
  };
}

/** Required on this wire, and of no use to any client but to show it: the time in the request's own id is near enough. */
function createdSeconds(requestId: string): number {
  const time = TIME_DIGITS.exec(requestId)?.groups?.["time"] ?? "0";
  let ms = 0;
  for (const digit of time) ms = ms * DIGITS.length + DIGITS.indexOf(digit);
  return Math.floor(ms / MS_PER_SECOND);
}

/** Calls are told where the client declared its functions. */
export function callForm({ request }: Pick<AnswerFacts, "request">): CallForm {
  const isLegacy = request.tools.some(
    (tool) => tool.type === "function" && tool.extra?.[LEGACY] === true,
  );
  const isOther = request.tools.some(
    (tool) => tool.type !== "function" || tool.extra?.[LEGACY] !== true,
  );
  return isLegacy && !isOther ? "function_call" : "tool_calls";
}
