import type { JsonObject } from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";
import { madeAtSeconds } from "./request-id.ts";

/** What changes of a response while it comes. */
export interface ResponseState {
  readonly id: string;
  readonly status: "in_progress" | "completed" | "incomplete" | "failed";
  readonly output: readonly JsonObject[];
  readonly usage: JsonObject | null;
  readonly incompleteReason?: string | undefined;
  readonly error?: JsonObject | undefined;
}

/**
 * A response with every member that the official SDKs read.
 *
 * The tools are not repeated: an agent's are forty kilobytes, and each stream has the response three times.
 */
export function writeResponse(state: ResponseState, facts: AnswerFacts): JsonObject {
  const { request } = facts;
  const { incompleteReason } = state;
  return {
    id: state.id,
    object: "response",
    created_at: madeAtSeconds(facts.requestId),
    status: state.status,
    background: false,
    error: state.error ?? null,
    incomplete_details: incompleteReason === undefined ? null : { reason: incompleteReason },
    instructions: null,
    max_output_tokens: request.maxTokens ?? null,
    model: facts.model,
    output: state.output,
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: null,
    reasoning: { effort: request.effort ?? null, summary: null },
    store: false,
    temperature: request.temperature ?? null,
    text: { format: textFormat(facts) },
    tool_choice: toolChoice(facts),
    tools: [],
    top_p: request.topP ?? null,
    truncation: "disabled",
    usage: state.usage,
    metadata: request.extra["metadata"] ?? {},
  };
}

function toolChoice({ request: { toolChoice: choice } }: AnswerFacts): unknown {
  if (choice?.type === "tool") return { type: "function", name: choice.name };
  return choice?.type === "any" ? "required" : (choice?.type ?? "auto");
}

function textFormat({ request: { outputFormat: format } }: AnswerFacts): JsonObject {
  if (format === undefined) return { type: "text" };
  const { name = "output", schema, strict = null } = format;
  return { type: "json_schema", name, schema, strict };
}
