import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type { GeminiTraits } from "./traits.ts";

const METHODS = {
  generate: ":generateContent",
  stream: ":streamGenerateContent?alt=sse",
  count: ":countTokens",
} as const;

/** The path of one operation: the only way on which a model's name gets into an address. */
export function modelPath(
  model: string,
  method: keyof typeof METHODS,
  traits: Pick<GeminiTraits, "modelPath">,
): Result<string, GatewayError> {
  const name = model.replace(/^models\//, "");
  // A name with a slash or with dots alone would leave its segment, whatever is escaped by the next hop.
  if (!/^[\w.@:-]{1,200}$/.test(name) || /^\.+$/.test(name)) {
    return fail(gatewayError("not_translatable", "model: not a name that Gemini models have"));
  }
  return ok(`${traits.modelPath}${encodeURIComponent(name)}${METHODS[method]}`);
}
