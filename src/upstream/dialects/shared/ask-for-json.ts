import type { JsonObject } from "../../../canonical/index.ts";

/** What the system says where nothing holds a model to the form of its answer. */
export function askForJson(schema: JsonObject): string {
  return `Answer with JSON alone, no other text and no code fence. It must match this JSON Schema:\n${JSON.stringify(schema)}`;
}
