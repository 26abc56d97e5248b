import type { Operation } from "../../exchange/call.ts";

/** What a request of this API says in its address and nowhere else. */
export interface GeminiAsked {
  readonly operation: Extract<Operation, "messages" | "count_tokens">;
  readonly model: string;
  readonly stream: boolean;
  /** How the parts of a stream are told apart: as server-sent events, or as the items of one JSON list. */
  readonly framing: "sse" | "array";
}

const PATH =
  /^\/v1(?:alpha|beta\d*)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/(?<publisher>[^/]+)\/)?models\/(?<model>.+):(?<method>generateContent|streamGenerateContent|countTokens)$/;
const SSE = /(?:^|&)(?:\$|%24)?alt=sse(?:&|$)/;
const MAX_MODEL_LENGTH = 256;

/**
 * Reads the path, with or without its query, of AI Studio's API or of Vertex AI's. Undefined: it asks for something else.
 *
 * A model of another provider has a slash in its name, which clients escape or do not; Vertex AI has a place of its own
 * for the part before it.
 */
export function readGeminiPath(target: string): GeminiAsked | undefined {
  const [path = "", query = ""] = target.split("?", 2);
  const { publisher, model, method } = PATH.exec(path)?.groups ?? {};
  const name = model === undefined ? undefined : readModel(model, publisher);
  if (name === undefined) return undefined;
  return {
    operation: method === "countTokens" ? "count_tokens" : "messages",
    model: name,
    stream: method === "streamGenerateContent",
    framing: SSE.test(query) ? "sse" : "array",
  };
}

function readModel(escaped: string, publisher = "google"): string | undefined {
  const model = bareModel(decoded(escaped) ?? "");
  if (!/^[^\s\p{Cc}]+$/u.test(model) || model.length > MAX_MODEL_LENGTH) return undefined;
  return publisher === "google" ? model : `${publisher}/${model}`;
}

/** A model as the rest of the house calls it: the API itself says `models/` before each. */
export function bareModel(model: string): string {
  return model.replace(/^models\//, "");
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
