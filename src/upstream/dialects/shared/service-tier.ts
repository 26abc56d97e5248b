import type { JsonObject, TokenUsage } from "../../../canonical/index.ts";
import { textOf } from "./fields.ts";

/** What an answer is called that was served as usual; "auto" is what was asked, not what was served. */
const USUAL: ReadonlySet<string> = new Set(["", "auto", "default", "standard", "on_demand"]);

/** The tier at which OpenAI's dialects say that an answer, or a chunk of one, was served. */
export function serviceTier(body: JsonObject): Pick<TokenUsage, "serviceTier"> {
  const tier = textOf(body["service_tier"]);
  return USUAL.has(tier) ? {} : { serviceTier: tier };
}
