import type { IncomingHttpHeaders } from "node:http";
import type { GatewayError } from "../base/errors.ts";
import type { ClientCall } from "../exchange/call.ts";
import { anthropicDialect } from "./anthropic/errors.ts";
import { readBedrockAddress } from "./bedrock/address.ts";
import {
  geminiArrayDialect,
  geminiClientDialect,
  readGeminiPath,
  writeCount,
} from "./gemini/index.ts";
import { anthropicModels, readModelsAddress } from "./models/address.ts";
import { openAiChatDialect } from "./openai-chat/index.ts";
import { openAiResponsesDialect } from "./openai-responses/index.ts";
import { type Target, toOperation, withoutAlias } from "./target.ts";
import { readVertexAddress } from "./vertex/address.ts";

/** What a request's address says: which dialect the client speaks, and what it wants. */
export type Address = Pick<
  ClientCall,
  | "dialect"
  | "operation"
  | "asked"
  | "target"
  | "path"
  | "targetFor"
  | "writeCount"
  | "models"
  | "readBody"
> & {
  /** Why nothing is answered at this address, or not to such a request. */
  readonly refusal?: GatewayError | undefined;
};

/** OpenAI's API, also where clients are told to find it under a name of its own. */
const OPENAI = /^(?:\/openai)?\/v1(?<rest>\/chat\/completions|\/responses|\/embeddings)$/;
const GEMINI_ALIAS = "/genai";

/** Reads the address; what is no other dialect's is Anthropic's, and is passed on like the rest. */
export function readAddress(method: string, at: Target, headers: IncomingHttpHeaders): Address {
  if (at.path === "/v1/embeddings" && isAnthropics(headers)) return anthropicAddress(method, at);
  return (
    readBedrockAddress(method, at, headers) ??
    readVertexAddress(method, at) ??
    openAiAddress(method, at) ??
    geminiAddress(method, at) ??
    modelsAddress(method, at, headers) ??
    anthropicAddress(method, at)
  );
}

/** Anthropic has no embeddings; what its clients ask for by this name is theirs all the same, and no stored key is for it. */
function isAnthropics(headers: IncomingHttpHeaders): boolean {
  const { authorization, "x-api-key": key, "anthropic-version": version } = headers;
  return version !== undefined || `${authorization} ${String(key)}`.includes("sk-ant-");
}

function openAiAddress(method: string, { target, path }: Target): Address | undefined {
  const rest = OPENAI.exec(path)?.groups?.["rest"];
  if (rest === undefined) return undefined;
  const query = target.slice(path.length);
  return {
    dialect: rest === "/responses" ? openAiResponsesDialect : openAiChatDialect,
    operation: method === "POST" ? openAiOperation(rest) : "other",
    asked: {},
    target,
    path,
    targetFor: () => `${rest}${query}`,
  };
}

function openAiOperation(rest: string): ClientCall["operation"] {
  return rest === "/embeddings" ? "embeddings" : "messages";
}

function geminiAddress(method: string, at: Target): Address | undefined {
  const { target, path } = withoutPrefix(at, GEMINI_ALIAS);
  const asked = readGeminiPath(target);
  if (asked === undefined || method !== "POST") return undefined;
  const isList = asked.stream && asked.framing === "array";
  return {
    dialect: isList ? geminiArrayDialect : geminiClientDialect,
    operation: asked.operation,
    asked: { model: asked.model, stream: asked.stream },
    target,
    path,
    targetFor: (model) => (model === asked.model ? target : withModel(target, model)),
    writeCount,
  };
}

function modelsAddress(
  method: string,
  at: Target,
  headers: IncomingHttpHeaders,
): Address | undefined {
  const found = readModelsAddress(method, at, headers);
  if (found === undefined) return undefined;
  // The list is made here: of the target nothing goes on.
  return { ...found, operation: "models", asked: {}, ...at, targetFor: () => at.target };
}

function anthropicAddress(method: string, at: Target): Address {
  const { target, path } = withoutAlias(at);
  const operation = toOperation(method, path);
  return {
    dialect: anthropicDialect,
    operation,
    asked: {},
    target,
    path,
    targetFor: () => target,
    writeCount: (tokens) => JSON.stringify({ input_tokens: tokens }),
    ...(operation === "models" && method === "GET" ? { models: anthropicModels(path) } : {}),
  };
}

function withModel(target: string, model: string): string {
  return target.replace(
    /\/models\/[^?]+:([a-zA-Z]+)/,
    (_, method: string) => `/models/${encodeURIComponent(model)}:${method}`,
  );
}

function withoutPrefix({ target, path }: Target, prefix: string): Target {
  return path.startsWith(`${prefix}/`)
    ? { target: target.slice(prefix.length), path: path.slice(prefix.length) }
    : { target, path };
}
