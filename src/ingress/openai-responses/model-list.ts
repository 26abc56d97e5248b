/**
 * The list of models as the API gives it.
 *
 * Codex asks for it only beside its own login, expects a list of another shape there, and goes on with what it knows
 * when it gets this one; the SDKs and other clients read it.
 */
export function writeModelList(ids: readonly string[]): string {
  const data = ids.map((id) => ({ id, object: "model", created: 0, owned_by: "spillway" }));
  return JSON.stringify({ object: "list", data });
}
