import { isObject } from "../../base/json.ts";
import { type Block, type JsonObject, jsonText } from "../../canonical/index.ts";
import type { CallIds } from "./call-ids.ts";
import { type Field, itemsOf, restOf } from "./member.ts";
import { readMedia } from "./read-media.ts";

const CALL = ["id", "name", "args"];
const RESPONSE = ["id", "name", "response", "parts"];

/** A model's call of a function. `beside` is what else stands in its part. */
export function readCall(call: Field, ids: CallIds, beside: JsonObject | undefined): Block {
  const name = call.at("name").text("Name the function that was called.");
  const args = call.at("args");
  const given = args.optional((it) => it.object("Send the arguments as a JSON object.")) ?? {};
  const input = jsonText(given);
  if (input === undefined) args.refuse("an object that can be read", "It is nested too deep.");
  return {
    type: "tool_use",
    id: ids.call(readId(call), name),
    name,
    input: input ?? "{}",
    extra: merged(restOf(call, CALL), beside),
  };
}

/** What a function gave back; it answers the call with its id or, without one, the first open call of its name. */
export function readResponse(response: Field, ids: CallIds, beside: JsonObject | undefined): Block {
  const name = response.at("name").text("Name the function that this is the response of.");
  const given = response.at("response");
  const { text, isError } = readGiven(
    given.optional((it) => it.object('Send an object, such as {"output": …}.')) ?? {},
    given,
  );
  const parts = response.at("parts").optional((it) => itemsOf(it, "Send a list of parts.")) ?? [];
  const media = parts.flatMap((part) => readMedia(part) ?? []);
  const isOnlyMedia = media.length > 0 && text === "{}";
  return {
    type: "tool_result",
    toolUseId: ids.answer(readId(response), name),
    content: [...(text === "" || isOnlyMedia ? [] : [{ type: "text" as const, text }]), ...media],
    isError,
    extra: merged(restOf(response, RESPONSE), beside),
  };
}

/**
 * The words of a response: what stands under `output` or `error`, or all of it.
 * @source https://ai.google.dev/api/caching#FunctionResponse (read 2026-11-25)
 */
function readGiven(
  given: JsonObject,
  field: Field,
): { readonly text: string; readonly isError: boolean } {
  const [only, ...others] = Object.keys(given);
  const isWrapped = (only === "output" || only === "error") && others.length === 0;
  const said = isWrapped ? given[only] : given;
  if (typeof said === "string") return { text: said, isError: only === "error" };
  const text = isObject(said) ? jsonText(said) : jsonText({ said })?.slice('{"said":'.length, -1);
  if (text === undefined) field.refuse("an object that can be read", "It is nested too deep.");
  return { text: text ?? "", isError: isWrapped && only === "error" };
}

function readId(field: Field): string | undefined {
  return field.at("id").optional((it) => it.text("Send the id as text, or none."));
}

function merged(
  own: JsonObject | undefined,
  beside: JsonObject | undefined,
): JsonObject | undefined {
  return own === undefined ? beside : { ...own, ...beside };
}
