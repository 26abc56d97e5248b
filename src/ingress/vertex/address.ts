import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { ClientCall } from "../../exchange/call.ts";
import { readCloudBody } from "../read-cloud-body.ts";
import type { Target } from "../target.ts";
import { vertexDialect } from "./dialect.ts";

const ALIAS = "/vertex";
/** Whose project is billed, and where, is not the client's to say. */
const PREDICT =
  /^(?:\/v1(?:beta1)?)?\/projects\/[^/]+\/locations\/[^/]+\/publishers\/anthropic\/models\/(?<model>[^/:]+):(?<method>rawPredict|streamRawPredict)$/;
/** Stands in the place of a model. */
const COUNT = "count-tokens";

/** What a request in Vertex's shape asks for, or why it is not answered. Undefined: it has another shape. */
export type VertexAddress = Pick<
  ClientCall,
  "dialect" | "operation" | "asked" | "target" | "path" | "targetFor" | "readBody" | "writeCount"
> & { readonly refusal?: GatewayError | undefined };

export function readVertexAddress(
  method: string,
  { target, path }: Target,
): VertexAddress | undefined {
  if (path !== ALIAS && !path.startsWith(`${ALIAS}/`)) return undefined;
  const plain = { target, path, dialect: vertexDialect };
  const asked = method === "POST" ? PREDICT.exec(path.slice(ALIAS.length))?.groups : undefined;
  if (asked === undefined) {
    const targetFor = () => target;
    return { ...plain, operation: "other", asked: {}, targetFor, refusal: NOTHING_HERE };
  }
  if (asked["model"] === COUNT) {
    return {
      ...plain,
      operation: "count_tokens",
      asked: {},
      targetFor: () => "/v1/messages/count_tokens",
      readBody: (body) => readCloudBody(body, {}),
      writeCount: (tokens) => JSON.stringify({ input_tokens: tokens }),
    };
  }
  const said = { model: decoded(asked["model"]), stream: asked["method"] === "streamRawPredict" };
  return {
    ...plain,
    operation: "messages",
    asked: said,
    targetFor: () => "/v1/messages",
    readBody: (body) => readCloudBody(body, said),
  };
}

/** What cannot be decoded is nobody's model. */
function decoded(text = ""): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const NOTHING_HERE = gatewayError(
  "not_found",
  "Of Vertex's API there are POST /projects/{project}/locations/{location}/publishers/anthropic/models/{model}:rawPredict, :streamRawPredict and count-tokens:rawPredict here",
);
