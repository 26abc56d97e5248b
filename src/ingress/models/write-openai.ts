import type { ListedModel } from "../../exchange/models/listed-model.ts";

/**
 * The answer to `GET /v1/models`. When a model was made is required on this wire, and not always known.
 * @source https://platform.openai.com/docs/api-reference/models/list (read 2026-11-25)
 */
export function writeAll(models: readonly ListedModel[]): string {
  return JSON.stringify({ object: "list", data: models.map(toWire) });
}

/** The answer to `GET /v1/models/<model>`. */
export function writeOne(model: ListedModel): string {
  return JSON.stringify(toWire(model));
}

/**
 * Members of OpenRouter's come after OpenAI's own: clients that know them show limits and prices, others pass over them.
 * @source https://openrouter.ai/docs/api-reference/list-available-models (read 2026-11-26)
 */
function toWire({ id, provider, createdAt = 0, known }: ListedModel): object {
  const model = { id, object: "model", created: Math.floor(createdAt / 1_000), owned_by: provider };
  const { contextTokens, prices } = known ?? {};
  return {
    ...model,
    ...(contextTokens !== undefined && { context_length: contextTokens }),
    ...(prices && {
      pricing: { prompt: perToken(prices.input), completion: perToken(prices.output) },
    }),
  };
}

/** Dollars for one token. */
function perToken(nanoPerMillion: bigint): string {
  const digits = nanoPerMillion.toString().padStart(16, "0");
  return `${digits.slice(0, -15)}.${digits.slice(-15)}`.replace(/\.?0+$/, "");
}
