import { ok } from "../../../base/result.ts";
import type { CloudShape } from "../../cloud.ts";
import { type BoundDialect, bindDialect } from "../../dialects/bind.ts";
import { openAiChat, UNKNOWN_SERVER } from "../../dialects/openai-chat/index.ts";
import { at } from "../place.ts";
import { withoutSteering } from "./steering.ts";

/**
 * Open models, whose publisher stands in front of their names: one Chat Completions API for all of them.
 * @source https://docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis (read 2026-11-26)
 */
export function asOpenModel(): BoundDialect {
  const dialect = at("/endpoints/openapi", bindDialect(openAiChat, UNKNOWN_SERVER));
  return { ...dialect, shape: SHAPE };
}

const SHAPE: CloudShape = {
  toCloud: (request) => ok({ ...request, headers: withoutSteering(request.headers) }),
};
