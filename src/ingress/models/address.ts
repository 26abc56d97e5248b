import type { IncomingHttpHeaders } from "node:http";
import type { ClientCall } from "../../exchange/call.ts";
import type { ModelsAsked } from "../../exchange/models/listed-model.ts";
import { geminiClientDialect } from "../gemini/index.ts";
import { openAiChatDialect } from "../openai-chat/index.ts";
import type { Target } from "../target.ts";
import * as anthropic from "./write-anthropic.ts";
import * as gemini from "./write-gemini.ts";
import * as openAi from "./write-openai.ts";

/** Whose list is asked for, and which of it. */
export type ModelsAddress = Pick<ClientCall, "dialect"> & { readonly models: ModelsAsked };

const OPENAI = /^\/openai\/v1\/models(?:\/(?<id>.+))?$/;
const GEMINI = /^(?:\/genai\/v1|(?:\/genai)?\/v1(?:alpha|beta\d*))\/models(?:\/(?<id>.+))?$/;
/** Three APIs have their list here; what a client sends beside it tells which one it knows. */
const SHARED = /^\/v1\/models(?:\/(?<id>.+))?$/;

/** Reads an address at which clients of other dialects than Anthropic's look for models. Undefined: it is none. */
export function readModelsAddress(
  method: string,
  { path }: Target,
  headers: IncomingHttpHeaders,
): ModelsAddress | undefined {
  if (method !== "GET") return undefined;
  const openAiPath = OPENAI.exec(path);
  if (openAiPath !== null) return inOpenAi(openAiPath.groups?.["id"]);
  const geminiPath = GEMINI.exec(path);
  if (geminiPath !== null) return inGemini(geminiPath.groups?.["id"]);
  const shared = SHARED.exec(path);
  if (shared === null || headers["anthropic-version"] !== undefined) return undefined;
  const id = shared.groups?.["id"];
  if (headers["x-goog-api-key"] !== undefined) return inGemini(id);
  const { authorization = "" } = headers;
  const isOpenAi = /^bearer /i.test(authorization) && !authorization.includes("sk-ant-");
  return isOpenAi ? inOpenAi(id) : undefined;
}

/** What an Anthropic client asks for at a path of the models operation. */
export function anthropicModels(path: string): ModelsAsked {
  return { id: decoded(SHARED.exec(path)?.groups?.["id"]), ...anthropic };
}

function inOpenAi(id: string | undefined): ModelsAddress {
  return { dialect: openAiChatDialect, models: { id: decoded(id), ...openAi } };
}

function inGemini(id: string | undefined): ModelsAddress {
  return { dialect: geminiClientDialect, models: { id: decoded(id), ...gemini } };
}

/** What cannot be decoded is nobody's model. */
function decoded(id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
