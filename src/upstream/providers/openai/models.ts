import type { ChatTraits } from "../../dialects/openai-chat/index.ts";
import type { ResponsesTraits } from "../../dialects/openai-responses/index.ts";

/** What the models without reasoning are like; a fine-tuned one is named `ft:` and its base. */
export function chatTraits(model: string): Partial<ChatTraits> {
  const name = model.replace(/^ft:/, "");
  // quirk(openai): a larger limit than the model's own is a 400.
  // source: https://github.com/enoch3712/ExtractThinker/issues/346 (read 2026-11-25)
  if (name.startsWith("gpt-4o")) return { maxOutputTokens: 16_384 };
  // source: https://github.com/openai/openai-python/issues/687 (read 2026-11-25)
  if (!/^gpt-(?:3\.5|4-turbo)/.test(name)) return {};
  return { maxOutputTokens: 4_096, responseFormat: "json_object" };
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
