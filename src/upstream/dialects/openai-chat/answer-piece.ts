import { isObject } from "../../../base/json.ts";
import type { JsonObject } from "../../../canonical/index.ts";
import { countOf, listOf, objectOf, objectsOf, textOf } from "../shared/fields.ts";
import { detailsText } from "./reasoning-details.ts";

/** A piece of a tool call, or a whole one. Empty texts are what was not told. */
export interface CallPiece {
  readonly index: number | undefined;
  readonly id: string;
  readonly name: string;
  readonly args: string;
}

/** What one `message` or `delta` says, in whichever members its server says it. */
export interface AnswerPiece {
  readonly thinking: string;
  readonly details: readonly JsonObject[];
  readonly text: string;
  readonly refusal: string;
  readonly calls: readonly CallPiece[];
}

export function readPiece(value: unknown): AnswerPiece {
  const said = objectOf(value);
  const content = readContent(said["content"]);
  const details = objectsOf(said["reasoning_details"]);
  // Several members tell the same reasoning; the first that has text is it.
  const thinking =
    [
      textOf(said["reasoning_content"]),
      textOf(said["reasoning"]),
      detailsText(details),
      content.thinking,
    ].find((text) => text !== "") ?? "";
  return {
    thinking,
    details,
    text: content.text,
    refusal: textOf(said["refusal"]),
    calls: readCalls(said),
  };
}

/** Mistral tells its reasoning as parts of the content. */
function readContent(content: unknown): { readonly text: string; readonly thinking: string } {
  if (!Array.isArray(content)) return { text: textOf(content), thinking: "" };
  const thinking = objectsOf(content).filter((part) => part["type"] === "thinking");
  return {
    text: content.map(textOfPart).join(""),
    thinking: thinking.flatMap((part) => listOf(part["thinking"]).map(textOfPart)).join(""),
  };
}

function textOfPart(part: unknown): string {
  return typeof part === "string" ? part : textOf(objectOf(part)["text"]);
}

function readCalls(said: JsonObject): readonly CallPiece[] {
  const legacy = said["function_call"];
  if (isObject(legacy)) return [readCall({ index: 0, function: legacy })];
  return objectsOf(said["tool_calls"]).map(readCall);
}

function readCall(call: JsonObject): CallPiece {
  const told = objectOf(call["function"]);
  const args = told["arguments"];
  return {
    index: countOf(call["index"]),
    id: textOf(call["id"]),
    name: textOf(told["name"]),
    // Some servers send the object itself.
    args: isObject(args) ? JSON.stringify(args) : textOf(args),
  };
}
