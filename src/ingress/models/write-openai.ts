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

function toWire({ id, provider, createdAt = 0 }: ListedModel): object {
  return { id, object: "model", created: Math.floor(createdAt / 1_000), owned_by: provider };
}
