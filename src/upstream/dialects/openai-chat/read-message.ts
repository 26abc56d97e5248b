import { fail, ok, type Result } from "../../../base/result.ts";
import type {
  AnswerContext,
  Block,
  JsonObject,
  Message,
  ToolUseBlock,
  UpstreamError,
} from "../../../canonical/index.ts";
import { AnswerIds } from "../shared/answer-ids.ts";
import { clientName } from "../shared/client-name.ts";
import { objectOf, objectsOf, textOf } from "../shared/fields.ts";
import { serviceTier } from "../shared/service-tier.ts";
import { stopReasonOf } from "../shared/stop-reason.ts";
import { type AnswerPiece, type CallPiece, readPiece } from "./answer-piece.ts";
import { isBlankArguments, isObjectText, objectText } from "./call-arguments.ts";
import { errorIn } from "./read-error.ts";
import { readUsage, usageMember } from "./read-usage.ts";
import { detailsSignature } from "./reasoning-details.ts";
import { failureOf, isCutOff, toldReason } from "./stop-reason.ts";
import { ThinkTags } from "./think-tags.ts";
import type { ChatTraits } from "./traits.ts";

/** Reads a whole answer. One that holds an error, or no choice, is a failure whatever its status was. */
export function readMessage(
  body: JsonObject,
  traits: ChatTraits,
  context: AnswerContext,
): Result<Message, UpstreamError> {
  const choice = objectsOf(body["choices"])[0];
  const error = errorIn(body) ?? errorIn(objectOf(choice));
  if (error !== undefined) return fail(error);
  if (choice === undefined) {
    return fail({ kind: "server", message: "The upstream's answer holds no choice" });
  }
  const finishReason = textOf(choice["finish_reason"]);
  const failure = failureOf(finishReason);
  if (failure !== undefined) {
    return fail({ kind: failure, message: `The upstream gave up: ${finishReason}` });
  }
  const piece = readPiece(choice["message"]);
  const id = textOf(body["id"]);
  const named = piece.calls.filter(({ name }) => name !== "");
  const cut = named.filter((call) => isCut(call, finishReason));
  const whole = named.filter((call) => !cut.includes(call));
  const calls = toolUses(whole, id, context);
  const usage = usageMember(body);
  const stopSequence = textOf(choice["stop_reason"]);
  const stopReason = stopReasonOf(toldReason(finishReason), {
    hasCall: calls.length > 0,
    hasBrokenCall: cut.length > 0,
    hasRefusal: piece.refusal !== "",
  });
  return ok({
    id,
    model: textOf(body["model"]),
    content: [...saidBlocks(piece, traits), ...cut.map(noteOf), ...calls],
    ...(stopReason === "end_turn" && stopSequence !== ""
      ? { stopReason: "stop_sequence", stopSequence }
      : { stopReason }),
    usage: usage === undefined ? undefined : { ...readUsage(usage, traits), ...serviceTier(body) },
  });
}

function saidBlocks(piece: AnswerPiece, traits: ChatTraits): readonly Block[] {
  const tagged = piece.thinking === "" ? splitTags(piece.text) : undefined;
  const thinking = tagged?.thinking ?? piece.thinking;
  const text = (tagged?.text ?? piece.text) + piece.refusal;
  const isSigned = traits.echo.form === "details" && piece.details.length > 0;
  const signature = isSigned ? detailsSignature(piece.details) : undefined;
  return [
    ...(thinking === "" && !isSigned
      ? []
      : [{ type: "thinking", text: thinking, signature } as const]),
    ...(text.trim() === "" ? [] : [{ type: "text", text } as const]),
  ];
}

function splitTags(content: string): { readonly thinking: string; readonly text: string } {
  const tags = new ThinkTags();
  const pieces = [...tags.push(content), ...tags.end()];
  const all = (kind: "thinking" | "text"): string =>
    pieces.flatMap((piece) => (piece.kind === kind ? [piece.text] : [])).join("");
  return { thinking: all("thinking"), text: all("text") };
}

/** A call that the token limit cut off cannot be run; this says that there was one. */
function noteOf({ name }: CallPiece): Block {
  return { type: "text", text: `[A call of ${name} is left out: the token limit cut it off.]` };
}

function isCut(call: CallPiece, finishReason: string): boolean {
  return isCutOff(finishReason) && !isBlankArguments(call.args) && !isObjectText(call.args);
}

function toolUses(
  calls: readonly CallPiece[],
  answerId: string,
  context: AnswerContext,
): readonly ToolUseBlock[] {
  const ids = new AnswerIds(context.callIds);
  return calls.map((call) => ({
    type: "tool_use",
    id: ids.assign(call.id, answerId),
    name: clientName(call.name, context.toolNames),
    input: objectText(call.args),
  }));
}
