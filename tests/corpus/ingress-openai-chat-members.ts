import { at, isRecord, textAt } from "./openai-chat-exchanges.ts";
import { list } from "./openai-chat-oracle.ts";

/** The members of a body beside its messages, in one spelling of what can be said in several, and without the defaults. */
export function membersOf(body: unknown): Readonly<Record<string, unknown>> {
  const {
    messages: _messages,
    n: _one,
    stream_options: _asked,
    functions,
    function_call: chosen,
    ...members
  } = isRecord(body) ? body : {};
  const spelled: Readonly<Record<string, unknown>> = {
    ...members,
    tools: toolsOf(members["tools"], functions),
    tool_choice: choiceOf(members["tool_choice"] ?? chosen),
    response_format: formatOf(members["response_format"]),
    thinking: thinkingOf(members["thinking"]),
    // The older form has room for one call.
    ...(functions === undefined ? {} : { parallel_tool_calls: false }),
  };
  const said = Object.entries(spelled).filter(([name, value]) => {
    const isDefault =
      (name === "stream" && value === false) || (name === "parallel_tool_calls" && value === true);
    return value !== undefined && value !== null && !isDefault;
  });
  return Object.fromEntries(said);
}

function toolsOf(tools: unknown, functions: unknown): unknown {
  const all = [...list(tools), ...list(functions).map((each) => ({ function: each }))];
  if (all.length === 0) return undefined;
  return all.map((tool) => {
    const { name, description, parameters, strict } = record(at(tool, "function"));
    const type = textAt(tool, "type") ?? "function";
    const required = { type: "object", properties: {}, ...record(parameters) };
    return { type, name, description, strict: strict ?? undefined, parameters: required };
  });
}

function choiceOf(choice: unknown): unknown {
  if (choice === "auto") return undefined;
  return isRecord(choice) ? { type: "function", ...choice } : choice;
}

/** A schema's description has no place in the canonical form. */
function formatOf(format: unknown): unknown {
  const schema = at(format, "json_schema");
  if (!isRecord(schema)) return format;
  const { description: _lost, ...kept } = schema;
  return { type: "json_schema", json_schema: kept };
}

/** What one server alone knows beside the switch is overwritten by it. */
function thinkingOf(thinking: unknown): unknown {
  return isRecord(thinking) ? thinking["type"] : thinking;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
