import type { GatewayError } from "../../../base/errors.ts";
import { ok, type Result } from "../../../base/result.ts";
import type { CanonicalRequest, JsonObject, WrittenRequest } from "../../../canonical/index.ts";
import { OPENAI_NAME, shortName } from "../../wire-names.ts";
import { answerContext } from "../shared/answer-context.ts";
import { type Lose, type Losses, makeLosses } from "../shared/losses.ts";
import { spokenSystem } from "../shared/system-text.ts";
import { notePartExtras } from "../shared/unsaid.ts";
import { writeReasoning } from "./effort.ts";
import { writeInput } from "./input-items.ts";
import { sessionKey } from "./session-key.ts";
import { type WrittenTools, writeChoice, writeTools } from "./tools.ts";
import type { ResponsesTraits } from "./traits.ts";

/**
 * The least that may be asked for.
 * @source https://platform.openai.com/docs/api-reference/responses/create#responses-create-max_output_tokens (read 2026-11-25)
 */
const MIN_OUTPUT_TOKENS = 16;

/** Writes a request of this dialect; the server is to store nothing, so that all of it goes along each time. */
export function writeRequest(
  request: CanonicalRequest,
  traits: ResponsesTraits,
): Result<WrittenRequest, GatewayError> {
  const losses = makeLosses();
  const { lose } = losses;
  const tools = writeTools(request, traits, lose);
  if (!tools.ok) return tools;
  const body: JsonObject = dropUndefined({
    model: request.model,
    instructions: instructionsOf(request),
    input: writeInput(request, traits, lose),
    ...toolMembers(request, tools.value, lose),
    reasoning: writeReasoning(request, traits, lose),
    text: outputFormat(request),
    max_output_tokens: outputLimit(request, traits, lose),
    ...sampling(request, traits, lose),
    store: false,
    include: includes(traits, tools.value),
    prompt_cache_key: cacheKey(request, traits, lose),
    stream: request.stream,
  });
  noteUnsaid(request, losses);
  const context = answerContext(request, (name) => shortName(name, OPENAI_NAME));
  return ok({ path: "/responses", body, lossy: losses.names(), context });
}

/** What this dialect has no member for. */
function noteUnsaid(request: CanonicalRequest, losses: Losses): void {
  const { lose } = losses;
  if (request.topK !== undefined) lose("topK");
  if (request.stopSequences.length > 0) lose("stopSequences");
  if (request.turns.at(-1)?.role === "assistant") lose("prefill");
  losses.loseExtra(request.extra);
  notePartExtras(request, losses, "said");
}

function instructionsOf({ system }: CanonicalRequest): string | undefined {
  const texts = spokenSystem(system).map(({ text }) => text);
  return texts.length === 0 ? undefined : texts.join("\n\n");
}

function toolMembers(request: CanonicalRequest, written: WrittenTools, lose: Lose): JsonObject {
  if (written.tools.length === 0) {
    if (request.toolChoice !== undefined && request.toolChoice.type !== "none") lose("toolChoice");
    return {};
  }
  return {
    tools: written.tools,
    tool_choice: writeChoice(request, written, lose),
    parallel_tool_calls: request.parallelToolCalls,
  };
}

function outputFormat({ outputFormat: format }: CanonicalRequest): JsonObject | undefined {
  if (format === undefined) return undefined;
  return {
    format: {
      type: "json_schema",
      name: shortName(format.name ?? "output", OPENAI_NAME),
      schema: format.schema,
      strict: format.strict ?? false,
    },
  };
}

function outputLimit(
  { maxTokens }: CanonicalRequest,
  { outputLimit: limit }: ResponsesTraits,
  lose: Lose,
): number | undefined {
  if (maxTokens === undefined) return undefined;
  const most = limit === "any" ? Number.POSITIVE_INFINITY : limit;
  const written =
    most === "none" ? undefined : Math.max(MIN_OUTPUT_TOKENS, Math.min(maxTokens, most));
  if (written !== maxTokens) lose("maxTokens");
  return written;
}

function sampling(request: CanonicalRequest, traits: ResponsesTraits, lose: Lose): JsonObject {
  if (traits.sampling) return { temperature: request.temperature, top_p: request.topP };
  if (request.temperature !== undefined) lose("temperature");
  if (request.topP !== undefined) lose("topP");
  return {};
}

/** Without the encrypted thinking a server that stores nothing could not be given it back. */
function includes(traits: ResponsesTraits, written: WrittenTools): readonly string[] | undefined {
  const wanted = [
    ...(traits.reasoning === "none" ? [] : ["reasoning.encrypted_content"]),
    ...(written.hasWebSearch ? ["web_search_call.action.sources"] : []),
  ].filter((value) => traits.includes.includes(value));
  return wanted.length === 0 ? undefined : wanted;
}

function cacheKey(
  { userId }: CanonicalRequest,
  traits: ResponsesTraits,
  lose: Lose,
): string | undefined {
  if (userId === undefined) return undefined;
  if (traits.promptCacheKey) return sessionKey(userId);
  lose("userId");
  return undefined;
}

function dropUndefined(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
