import type { GatewayError } from "../../../base/errors.ts";
import { ok, type Result } from "../../../base/result.ts";
import type { CanonicalRequest, WrittenRequest } from "../../../canonical/index.ts";
import { callsIn } from "../shared/answer-context.ts";
import { makeLosses } from "../shared/losses.ts";
import { notePartExtras } from "../shared/unsaid.ts";
import { writeOutputFormat } from "./output-format.ts";
import { ToolNames } from "./tool-names.ts";
import type { ChatTraits } from "./traits.ts";
import { cutMaxTokens, writeIdentity, writeLimits } from "./write-limits.ts";
import { writeMessages } from "./write-messages.ts";
import { writeReasoning } from "./write-reasoning.ts";
import { writeTools } from "./write-tools.ts";

/** Its name, as clients that speak it are marked. */
export const DIALECT = "openai-chat";

/** Writes a whole request. Key order and ids depend on nothing but the request: equal beginnings stay equal and are cached. */
export function writeRequest(
  request: CanonicalRequest,
  traits: ChatTraits,
): Result<WrittenRequest, GatewayError> {
  const losses = makeLosses();
  const { lose } = losses;
  const calls = callsIn(request);
  const names = toolNames(request, calls, traits);
  const tools = writeTools(request, traits, names, lose);
  if (!tools.ok) return tools;
  const maxTokens = cutMaxTokens(request, traits, lose);
  // What was meant for this dialect goes on as it came.
  const isOwn = request.dialect === DIALECT;
  const body = {
    ...(isOwn ? request.extra : {}),
    model: request.model,
    messages: writeMessages(request, traits, names, lose),
    ...tools.value,
    ...writeOutputFormat(request.outputFormat, traits, lose),
    ...writeLimits(request, traits, lose),
    ...writeReasoning({ ...request, maxTokens }, traits.reasoning, lose),
    ...writeIdentity(request, traits, lose),
    stream: request.stream,
    ...(request.stream && traits.streamUsage === "asked"
      ? { stream_options: { include_usage: true } }
      : {}),
  };
  if (!isOwn) losses.loseExtra(request.extra);
  notePartExtras(request, losses, "said");
  return ok({
    path: "/chat/completions",
    body,
    lossy: losses.names(),
    context: {
      toolNames: names.clientNames,
      callIds: new Set(calls.map(({ id }) => id)),
    },
  });
}

function toolNames(
  { tools, toolChoice }: CanonicalRequest,
  calls: readonly { readonly name: string }[],
  traits: ChatTraits,
): ToolNames {
  const declared = tools.filter((tool) => tool.type === "function").map(({ name }) => name);
  const called = calls.map(({ name }) => name);
  const chosen = toolChoice?.type === "tool" ? [toolChoice.name] : [];
  return new ToolNames([...declared, ...called, ...chosen], traits.toolNames);
}
