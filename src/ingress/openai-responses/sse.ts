import type { JsonObject } from "../../canonical/index.ts";

/** Some clients go by the name's line, others by the type inside. */
export function toSse(event: JsonObject): string {
  return `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`;
}
