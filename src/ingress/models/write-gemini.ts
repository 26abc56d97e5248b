import type { ListedModel } from "../../exchange/models/listed-model.ts";

/** Clients choose by these: a model without the method is not offered for it. */
const METHODS = ["generateContent", "streamGenerateContent", "countTokens"];

/** The answer to `GET …/models`, all on one page. @source https://ai.google.dev/api/models (read 2026-11-25) */
export function writeAll(models: readonly ListedModel[]): string {
  return JSON.stringify({ models: models.map(toWire) });
}

/** The answer to `GET …/models/<model>`. */
export function writeOne(model: ListedModel): string {
  return JSON.stringify(toWire(model));
}

function toWire({ id, displayName }: ListedModel): object {
  return { name: `models/${id}`, displayName, supportedGenerationMethods: METHODS };
}
