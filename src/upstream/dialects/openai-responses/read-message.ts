import { fail, ok, type Result } from "../../../base/result.ts";
import {
  type AnswerContext,
  type JsonObject,
  type Message,
  parseToolInput,
  type UpstreamError,
} from "../../../canonical/index.ts";
import { AnswerIds } from "../shared/answer-ids.ts";
import { objectsOf, textOf } from "../shared/fields.ts";
import { stopReasonOf } from "../shared/stop-reason.ts";
import { readOutcome } from "./outcome.ts";
import { argumentsOf, hasRefusal, isCall, readItem } from "./read-items.ts";
import { readUsage } from "./usage.ts";

/** Reads a whole answer. A call whose input was cut off stays, for its client to be told of. */
export function readMessage(
  body: JsonObject,
  { toolNames, callIds }: AnswerContext,
): Result<Message, UpstreamError> {
  const outcome = readOutcome(body);
  if (outcome.kind === "failed") return fail(outcome.error);
  if (!Array.isArray(body["output"])) {
    return fail({ kind: "server", message: "the upstream's answer is no response" });
  }
  const items = objectsOf(body["output"]);
  const context = { toolNames, ids: new AnswerIds(callIds) };
  const calls = items.filter(isCall);
  const produced = {
    hasCall: calls.length > 0,
    hasRefusal: items.some(hasRefusal),
    hasBrokenCall: calls.some((call) => parseToolInput(argumentsOf(call)) === undefined),
  };
  const usage = readUsage(body);
  return ok({
    id: textOf(body["id"]),
    model: textOf(body["model"]),
    content: items.flatMap((item) => readItem(item, context)),
    stopReason: stopReasonOf(outcome.told, produced),
    ...(usage === undefined ? {} : { usage }),
  });
}
