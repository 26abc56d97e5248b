/** Who the API is told owns a model: what Spillway lists are its own names for models. */
const OWNER = "spillway";

/**
 * The answer to GET /v1/models. When a model was made is required on this wire and known to nobody here.
 * @source https://platform.openai.com/docs/api-reference/models/list (read 2026-11-25)
 */
export function writeModelList(ids: readonly string[]): string {
  const data = ids.map((id) => ({ id, object: "model", created: 0, owned_by: OWNER }));
  return JSON.stringify({ object: "list", data });
}
