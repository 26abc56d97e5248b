import { ok } from "../../../base/result.ts";
import type { CloudShape } from "../../cloud.ts";
import { type GeminiTraits, modelPath } from "../../dialects/gemini/index.ts";
import { withoutSteering } from "./steering.ts";

const METHODS = {
  generateContent: "generate",
  streamGenerateContent: "stream",
  countTokens: "count",
} as const;
const METHOD = /:(?<method>generateContent|streamGenerateContent|countTokens)(?:\?(?<query>.*))?$/;
const SSE = "alt=sse";

/** Gemini's own requests, wherever their client believes to send them: only where they go is another. */
export function geminiShape(model: string, traits: GeminiTraits): CloudShape {
  return {
    toCloud(request) {
      const { method = "", query = "" } = METHOD.exec(request.target)?.groups ?? {};
      if (!isMethod(method)) return ok(request);
      const path = modelPath(model, METHODS[method], traits);
      if (!path.ok) return path;
      // A stream without it is one JSON list, which some clients want. Nothing else of a client's query is anybody's business.
      const isList = method === "streamGenerateContent" && !query.split("&").includes(SSE);
      const target = isList ? path.value.replace(`?${SSE}`, "") : path.value;
      return ok({ ...request, target, headers: withoutSteering(request.headers) });
    },
  };
}

function isMethod(method: string): method is keyof typeof METHODS {
  return Object.hasOwn(METHODS, method);
}
