import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { CanonicalRequest, JsonObject, TextBlock } from "../../canonical/index.ts";
import type { AskedInPath } from "../../exchange/dialect.ts";
import { Faults, Field, member, restOf } from "./member.ts";
import { readConfig } from "./read-config.ts";
import { readContents, readSystem } from "./read-contents.ts";
import { bareModel } from "./read-path.ts";
import { readToolConfig, readTools } from "./read-tools.ts";

const KNOWN = [
  "model",
  "contents",
  "systemInstruction",
  "tools",
  "toolConfig",
  "generationConfig",
  "cachedContent",
];
const ANY_JSON: TextBlock = {
  type: "text",
  text: "Answer with nothing but one JSON value: no words around it, no code fence.",
};

/**
 * Reads the body of `generateContent`, `streamGenerateContent` or `countTokens`, whose path says the rest.
 *
 * Give it what `parseExact` makes of the bytes, or long numbers in arguments lose digits.
 */
export function readRequest(
  body: JsonObject,
  asked: AskedInPath,
): Result<CanonicalRequest, GatewayError> {
  const faults = new Faults();
  const whole = Field.ofBody(body, faults);
  const counted = member(whole, "generateContentRequest");
  const request = readBody(counted.isAbsent ? whole : counted, asked);
  return faults.first === undefined
    ? ok(request)
    : fail(gatewayError("invalid_body", faults.first));
}

function readBody(body: Field, asked: AskedInPath): CanonicalRequest {
  const config = readConfig(member(body, "generationConfig"));
  const tools = readTools(body.at("tools"));
  const choice = readToolConfig(member(body, "toolConfig"), tools);
  const system = readSystem(member(body, "systemInstruction"));
  refuseCache(member(body, "cachedContent"));
  return {
    dialect: "gemini",
    model: asked.model ?? bareModel(body.at("model").text("Name the model in the path.")),
    system: config.isAnyJson ? [...system, ANY_JSON] : system,
    turns: readContents(body.at("contents")),
    tools,
    toolChoice: choice.value,
    stream: asked.stream ?? false,
    ...config.said,
    extra: {
      ...restOf(body, KNOWN),
      ...(config.rest === undefined ? {} : { generationConfig: config.rest }),
      ...(choice.rest === undefined ? {} : { toolConfig: choice.rest }),
    },
  };
}

/** Without it a part of the conversation would be missing, and nobody would know. */
function refuseCache(field: Field): void {
  field.optional((it) =>
    it.refuse("nothing", "The cache is at Google; send its contents to models of other providers."),
  );
}
