import type { JsonObject } from "../../canonical/index.ts";

/** What a list of models tells of one; undefined is unknown. */
export interface ListedModel {
  readonly id: string;
  readonly displayName?: string | undefined;
  readonly inputTokenLimit?: number | undefined;
  readonly outputTokenLimit?: number | undefined;
}

/** Clients choose by these: a model without the method is not offered for it. */
const METHODS = ["generateContent", "streamGenerateContent", "countTokens"];

/** The answer to `GET …/models`, all on one page. */
export function writeModels(models: readonly ListedModel[]): string {
  return JSON.stringify({ models: models.map(toWire) });
}

/** The answer to `GET …/models/<model>`. */
export function writeModel(model: ListedModel): string {
  return JSON.stringify(toWire(model));
}

function toWire({ id, displayName, inputTokenLimit, outputTokenLimit }: ListedModel): JsonObject {
  return {
    name: `models/${id}`,
    displayName: displayName ?? id,
    inputTokenLimit,
    outputTokenLimit,
    supportedGenerationMethods: METHODS,
  };
}
