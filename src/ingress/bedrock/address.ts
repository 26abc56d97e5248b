import type { IncomingHttpHeaders } from "node:http";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { ClientCall } from "../../exchange/call.ts";
import { readCloudBody } from "../read-cloud-body.ts";
import type { Target } from "../target.ts";
import { countDialect, readCount, writeCounted } from "./count.ts";
import { bedrockDialect } from "./dialect.ts";
import { writeAll, writeOne } from "./write-profiles.ts";

const ALIAS = "/bedrock";
const INVOKE = /^\/model\/(?<model>[^/]+)\/invoke(?<stream>-with-response-stream)?$/;
const COUNT = /^\/model\/(?<model>[^/]+)\/count-tokens$/;
const PROFILES = /^\/inference-profiles(?:\/(?<id>[^/]+))?$/;

/** What a request in Bedrock's shape asks for, or why it is not answered. Undefined: it has another shape. */
export type BedrockAddress = Pick<
  ClientCall,
  | "dialect"
  | "operation"
  | "asked"
  | "target"
  | "path"
  | "targetFor"
  | "models"
  | "readBody"
  | "writeCount"
> & { readonly refusal?: GatewayError | undefined };

export function readBedrockAddress(
  method: string,
  { target, path }: Target,
  headers: IncomingHttpHeaders,
): BedrockAddress | undefined {
  if (path !== ALIAS && !path.startsWith(`${ALIAS}/`)) return undefined;
  const plain = { target, path, dialect: bedrockDialect, targetFor: () => MESSAGES };
  if (headers.authorization?.startsWith("AWS4-") === true) {
    return { ...plain, operation: "other", asked: {}, refusal: SIGNED };
  }
  const rest = path.slice(ALIAS.length);
  const invoked = INVOKE.exec(rest)?.groups;
  if (invoked !== undefined && method === "POST") {
    const asked = { model: decoded(invoked["model"]), stream: invoked["stream"] !== undefined };
    const readBody = (body: Buffer) => readCloudBody(body, asked);
    return { ...plain, operation: "messages", asked, readBody };
  }
  const counted = COUNT.exec(rest)?.groups;
  if (counted !== undefined && method === "POST") {
    const asked = { model: decoded(counted["model"]) };
    return {
      ...plain,
      dialect: countDialect,
      operation: "count_tokens",
      asked,
      targetFor: () => `${MESSAGES}/count_tokens`,
      readBody: (body) => readCount(body, asked),
      writeCount: writeCounted,
    };
  }
  const listed = PROFILES.exec(rest)?.groups;
  if (listed !== undefined && method === "GET") {
    // The list is made here, and is none of Anthropic's.
    const dialect = { ...bedrockDialect, id: "bedrock" };
    const models = { id: decoded(listed["id"]), writeAll, writeOne };
    return { ...plain, dialect, operation: "models", asked: {}, models };
  }
  return { ...plain, operation: "other", asked: {}, refusal: NOTHING_HERE };
}

/** What cannot be decoded is nobody's model. */
function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}

const MESSAGES = "/v1/messages";

const SIGNED = gatewayError(
  "signed_for_aws",
  "The request is signed with AWS credentials, which are good at AWS alone and not needed here: set CLAUDE_CODE_SKIP_BEDROCK_AUTH=1, and send a Spillway key in x-spillway-key (ANTHROPIC_CUSTOM_HEADERS) or as a bearer (ANTHROPIC_AUTH_TOKEN)",
);
const NOTHING_HERE = gatewayError(
  "not_found",
  "Of Bedrock's API there are POST /model/{id}/invoke, POST /model/{id}/invoke-with-response-stream, POST /model/{id}/count-tokens and GET /inference-profiles here",
);
