import type { KeyObject } from "node:crypto";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import { isObject } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import {
  ANTHROPIC,
  type CanonicalRequest,
  parseExact,
  thinkingFor,
  type WrittenRequest,
} from "../../canonical/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { Deployment } from "../../routing/deployment.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import type { UpstreamRequest } from "../../upstream/transport/contract.ts";
import { credentialFields } from "../attempt/credential-fields.ts";
import type { ClientCall } from "../call.ts";
import type { RequestBody } from "../request/body.ts";

/** A client's request, and how the upstream is spoken to. */
export interface ReadRequest {
  /** As the client said it. */
  readonly asked: CanonicalRequest;
  /** With the upstream's name for the model, and no thinking that means nothing to it. */
  readonly said: CanonicalRequest;
  readonly dialect: BoundDialect;
}

/** Reads a client's request for an upstream that speaks another dialect. */
export function readForUpstream(
  { call, body }: { readonly call: ClientCall; readonly body: RequestBody },
  candidate: Candidate,
  provenance: KeyObject,
): Result<ReadRequest, GatewayError> {
  const { deployment } = candidate;
  if (body.kind !== "held") return fail(TOO_LARGE);
  const { plain } = body;
  if (!plain.ok) return plain;
  const value = parseExact(Buffer.concat(plain.value).toString("utf8"), {
    maxBytes: Number.POSITIVE_INFINITY,
  });
  if (!isObject(value)) return fail(NOT_JSON);
  const read = call.dialect.canonical.readRequest(value, call.asked);
  if (!read.ok) return read;
  const model = candidate.model ?? read.value.model;
  const parties = { provider: thinkerOf(deployment, model), client: call.dialect.id };
  const turns = thinkingFor(read.value.turns, parties, provenance);
  const dialect = deployment.dialectFor(model);
  return ok({ asked: read.value, said: { ...read.value, model, turns }, dialect });
}

/**
 * Whose thinking it is. A provider of many models refuses what one of them encrypted in a request to another; Anthropic's own
 * take each other's.
 * @source https://github.com/open-webui/open-webui/issues/28240 (read 2026-11-25)
 */
export function thinkerOf({ provider }: Deployment, model: string): string {
  return provider === ANTHROPIC ? provider : `${provider}/${model}`;
}

/** A written request on its way to a candidate, with its credential. */
export function addressRequest(
  candidate: Candidate,
  { path, headers = [], body }: WrittenRequest,
  isStream: boolean,
): UpstreamRequest {
  const { deployment } = candidate;
  return {
    method: "POST",
    target: `${deployment.pathPrefix}${path}`,
    headers: [...fieldsOf(deployment, isStream), ...credentialFields(candidate), ...headers],
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** Nothing of the client's own fields goes to a provider that it does not know it talks to. */
function fieldsOf({ fields }: Deployment, isStream: boolean): HeaderList {
  const accept = isStream ? "text/event-stream" : "application/json";
  return [
    "content-type",
    "application/json",
    "accept",
    accept,
    "accept-encoding",
    "identity",
    "user-agent",
    "spillway",
    ...fields,
  ];
}

const TOO_LARGE = gatewayError(
  "body_too_large",
  "The body is larger than limits.body, and this model's provider speaks another dialect, so it has to be held whole",
);
const NOT_JSON = gatewayError("invalid_body", "The body is not a JSON object");
