import type { ChatTraits } from "../../dialects/openai-chat/index.ts";
import type { ResponsesTraits } from "../../dialects/openai-responses/index.ts";

// quirk(openai): some reasoning models take tools by Chat Completions only if they do not reason.
// source: what https://github.com/agentgateway/agentgateway does at 75b4e6c, by a study of it (read 2026-11-25)
const REASONING = /^(?:gpt-[5-9](?!.*-chat)|o[1-9]|codex-)/;

/** Whether a model is spoken to by Responses. */
export function speaksResponses(model: string): boolean {
  return REASONING.test(model);
}

/** What the models without reasoning are like; a fine-tuned one is named `ft:` and its base. */
export function chatTraits(model: string): Partial<ChatTraits> {
  const name = model.replace(/^ft:/, "");
  return /^gpt-(?:3\.5|4-turbo)/.test(name) ? { responseFormat: "json_object" } : {};
}

/**
 * The efforts of each generation, the first match counts. What is newer than this table knows those of the last row.
 * @source https://learn.microsoft.com/en-us/javascript/api/@azure/ai-projects/reasoningeffort (read 2026-11-25)
 */
const EFFORTS: readonly (readonly [RegExp, ResponsesTraits["efforts"]])[] = [
  [/^o[1-9]|^codex-/, ["low", "medium", "high"]],
  [/^gpt-5(?:\.\d+)?-pro/, ["high"]],
  [/^gpt-5-codex/, ["low", "medium", "high"]],
  [/^gpt-5(?:-|$)/, ["minimal", "low", "medium", "high"]],
  [/^gpt-5\.1-codex-max/, ["low", "medium", "high", "xhigh"]],
  [/^gpt-5\.1/, ["none", "low", "medium", "high"]],
  [/./, ["none", "low", "medium", "high", "xhigh"]],
];

export function responsesTraits(model: string): Partial<ResponsesTraits> {
  const efforts = EFFORTS.find(([pattern]) => pattern.test(model))?.[1] ?? [];
  return { efforts };
}
