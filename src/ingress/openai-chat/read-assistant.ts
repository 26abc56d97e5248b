import type { Block, TextBlock, ToolUseBlock, Turn } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import type { CallIds } from "./call-ids.ts";
import { readCache } from "./read-cache.ts";
import { readText } from "./read-content.ts";
import { readCarrier, readThinking } from "./read-thinking.ts";
import { unread } from "./unread.ts";

const MEMBERS = new Set([
  "role",
  "content",
  "refusal",
  "tool_calls",
  "function_call",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "extra_content",
  "cache_control",
]);
const CALL_MEMBERS = new Set(["type", "id", "index", "function", "extra_content"]);

/** What the model said: thinking, then text, then calls, as every other API wants it. */
export function readAssistant(message: Field, ids: CallIds): Turn {
  const calls = message.at("tool_calls").optional((it) => it.items("Send a list of calls."));
  const legacy = message.at("function_call").optional((it) => readFunctionCall(it, ids));
  return {
    role: "assistant",
    content: [
      ...readThinking(message),
      ...readSaid(message),
      ...(calls ?? []).flatMap((call) => readCall(call, ids)),
      ...(legacy === undefined ? [] : [legacy]),
    ],
    extra: unread(message, MEMBERS),
  };
}

/** Empty texts stand for none here; other APIs refuse them. */
function readSaid(message: Field): readonly TextBlock[] {
  const mark = readCache(message.at("cache_control"));
  const refusal = message.at("refusal").optional((it) => it.text("Send it as it came."));
  const said = [
    ...readText(message.at("content"), mark),
    ...(refusal === undefined ? [] : [{ type: "text", text: refusal } as const]),
  ];
  return said.filter(({ text }) => text !== "");
}

/** A signature that stands on a call belongs right before it. */
function readCall(call: Field, ids: CallIds): readonly Block[] {
  call.object("Every call is an object with an id and a function.");
  const type = call.at("type");
  if (!type.isAbsent && type.value !== "function") {
    type.refuse("function", "Send calls of functions only.");
  }
  const id = call.at("id").optional((it) => it.text("Send the id that the call came with."));
  const block = readFunctionCall(call.at("function"), ids, id);
  return [...readCarrier(call), { ...block, extra: unread(call, CALL_MEMBERS) }];
}

function readFunctionCall(named: Field, ids: CallIds, id = ""): ToolUseBlock {
  const name = named.at("name").text("Name the function that was called.");
  const args = named.at("arguments").optional((it) => it.text("Send the arguments as text."));
  return { type: "tool_use", id: ids.call(id, name), name, input: args ?? "" };
}
