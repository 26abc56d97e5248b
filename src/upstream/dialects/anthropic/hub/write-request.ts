import { type GatewayError, gatewayError } from "../../../../base/errors.ts";
import { isObject } from "../../../../base/json.ts";
import { fail, ok, type Result } from "../../../../base/result.ts";
import type {
  CanonicalRequest,
  JsonObject,
  Turn,
  WrittenRequest,
} from "../../../../canonical/index.ts";
import { answerContext } from "../../shared/answer-context.ts";
import { makeLosses } from "../../shared/losses.ts";
import { refuseWithout } from "../../shared/server-tools.ts";
import { arrangeTurns } from "./arrange-turns.ts";
import { neededBetas } from "./betas.ts";
import { writeFormat } from "./output-format.ts";
import { wireName } from "./tool-names.ts";
import type { AnthropicTraits, Writing } from "./traits.ts";
import { ownExtra, writeBlocks } from "./write-blocks.ts";
import { writeSampling } from "./write-sampling.ts";
import { writeThinking } from "./write-thinking.ts";
import { unknownTools, writeToolChoice, writeTools } from "./write-tools.ts";

const DIALECT = "anthropic";

/** A request as the Messages API takes it. Write its body with `JSON.stringify`: long numbers in tool inputs need it. */
export function writeRequest(
  request: CanonicalRequest,
  traits: AnthropicTraits,
): Result<WrittenRequest, GatewayError> {
  const losses = makeLosses();
  const isOwn = request.dialect === DIALECT;
  const writing: Writing = { traits, isOwn, ...losses };
  const turns = arrangeTurns(request.turns, writing);
  if (turns.every(({ role }) => role === "system")) {
    return fail(
      gatewayError(
        "not_translatable",
        "messages: no user message with content. Send what it asks.",
      ),
    );
  }
  const refused = refuseWithout(request, unknownTools(request.tools, writing));
  if (refused !== undefined) return fail(refused);
  const tools = writeTools(request.tools, writing);
  const body = withExtra(writeBody(request, turns, tools, writing), request, writing);
  const betas = neededBetas(request, body);
  return ok({
    path: "/v1/messages",
    body,
    headers: betas.length === 0 ? [] : ["anthropic-beta", betas.join(",")],
    lossy: losses.names(),
    context: answerContext(request, wireName),
  });
}

function writeBody(
  request: CanonicalRequest,
  turns: readonly Turn[],
  tools: readonly JsonObject[],
  writing: Writing,
): JsonObject {
  const { system, userId } = request;
  const maxTokens = limitOf(request, writing);
  const { thinking, effort } = writeThinking(request, maxTokens, writing);
  const toolChoice = writeToolChoice(request);
  const format = writeFormat(request, writing);
  const words = format.words === undefined ? [] : [format.words];
  const spoken = [...system, ...words].filter(({ text }) => text.trim() !== "");
  const config = {
    ...(effort === undefined ? {} : { effort }),
    ...(format.member === undefined ? {} : { format: format.member }),
  };
  return {
    model: request.model,
    max_tokens: maxTokens,
    ...(spoken.length === 0 ? {} : { system: writeBlocks(spoken, writing) }),
    messages: turns.map((turn) => writeTurn(turn, writing)),
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    ...writeSampling(request, thinking !== undefined, writing),
    ...writeStops(request, writing),
    ...(userId === undefined ? {} : { metadata: { user_id: userId } }),
    ...(request.stream ? { stream: true } : {}),
    ...writeAutomaticCache(request, writing),
  };
}

function writeTurn({ role, content, extra }: Turn, writing: Writing): JsonObject {
  return {
    ...ownExtra(extra, writing, "turns[]"),
    role,
    content: writeBlocks(content, writing),
  };
}

/**
 * Blanks alone are refused, and common in other dialects.
 * @source https://github.com/BerriAI/litellm/issues/3286 (read 2026-11-25)
 */
function writeStops({ stopSequences }: CanonicalRequest, { isOwn, lose }: Writing): JsonObject {
  const taken = stopSequences.filter((stop) => isOwn || stop.trim() !== "");
  if (taken.length < stopSequences.length) lose("stopSequences");
  return taken.length === 0 ? {} : { stop_sequences: taken };
}

function limitOf({ maxTokens }: CanonicalRequest, { traits, lose }: Writing): number {
  const wanted = maxTokens ?? traits.defaultMaxTokens;
  const limit = Math.min(wanted, traits.maxOutputTokens ?? wanted);
  if (maxTokens !== undefined && limit < maxTokens) lose("maxTokens");
  return limit;
}

/**
 * Without a mark the API caches nothing, and an agent's every turn would cost its whole conversation anew.
 * @source https://platform.claude.com/docs/en/build-with-claude/prompt-caching (read 2026-11-21)
 */
function writeAutomaticCache(request: CanonicalRequest, { traits, isOwn }: Writing): JsonObject {
  const { system, tools, turns } = request;
  const parts = [...system, ...tools, ...turns.flatMap(({ content }) => content)];
  const isMarked = parts.some((part) => "cache" in part && part.cache !== undefined);
  if (isOwn || isMarked || !traits.cachesByItself) return {};
  return { cache_control: { type: "ephemeral" } };
}

/** Gives the client's own members back, and those of members that were understood in part. */
function withExtra(body: JsonObject, { extra }: CanonicalRequest, writing: Writing): JsonObject {
  const own = ownExtra(extra, writing) ?? {};
  const whole: Record<string, unknown> = { ...own, ...body };
  for (const [name, rest] of Object.entries(own)) {
    const said = body[name];
    if (isObject(said) && isObject(rest)) whole[name] = { ...rest, ...said };
  }
  return whole;
}
