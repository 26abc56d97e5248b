import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import { editMembers } from "../../../base/json-edit.ts";
import { findMember, readBoolean, scanTopLevel } from "../../../base/json-scan.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type { CloudShape, WholeRequest } from "../../cloud.ts";
import { RewrittenWhole } from "../../transport/rewritten-whole.ts";
import { toldByGoogle } from "./errors.ts";
import { vertexName } from "./model-id.ts";
import { withoutSteering } from "./steering.ts";

/** @source https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai (read 2026-11-26) */
const VERSION = "vertex-2023-10-16";
const MODELS = "/publishers/anthropic/models";
const MESSAGES = "/v1/messages";
const COUNT = "/v1/messages/count_tokens";
/** What Vertex has in the path, and what is put in anew. */
const REMOVED = ["model", "anthropic_version"] as const;

/**
 * Anthropic's Messages as Vertex carries them for one model: rawPredict and streamRawPredict, betas in the field where they
 * are. A count names its model in the body.
 * @source https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/count-tokens (read 2026-11-26)
 */
export function claudeShape(model: string): CloudShape {
  const name = vertexName(model);
  return {
    toCloud(request) {
      const path = request.target.split("?", 1)[0];
      if (path !== MESSAGES && path !== COUNT) return ok(request);
      if (!/^[\w.@-]{1,200}$/.test(name)) return fail(NO_NAME);
      return path === MESSAGES
        ? edit(request, `${MODELS}/${name}:${methodOf(request)}`, {})
        : edit(request, `${MODELS}/count-tokens:rawPredict`, { model: JSON.stringify(name) });
    },
    fromCloud: (inner) => new RewrittenWhole(inner, toldByGoogle),
    hasPings: true,
  };
}

/** Whether it streams is said in the body too. */
function methodOf({ body = Buffer.alloc(0) }: WholeRequest): string {
  const isStream = readBoolean(findMember(scanTopLevel(body), "stream")) === true;
  return isStream ? "streamRawPredict" : "rawPredict";
}

function edit(
  request: WholeRequest,
  target: string,
  more: Readonly<Record<string, string>>,
): Result<WholeRequest, GatewayError> {
  const { headers, body = Buffer.alloc(0) } = request;
  const insert = { anthropic_version: JSON.stringify(VERSION), ...more };
  const edited = editMembers(body, { remove: REMOVED, insert });
  if (edited === undefined) return fail(NOT_JSON);
  return ok({ ...request, target, headers: withoutSteering(headers), body: edited });
}

const NO_NAME = gatewayError("not_translatable", "model: not a name that models of Vertex have");
const NOT_JSON = gatewayError("invalid_body", "The body is not a JSON object");
