import type { KeyObject } from "node:crypto";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import { isObject } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import {
  type CanonicalRequest,
  parseExact,
  thinkingFor,
  type WrittenRequest,
} from "../../canonical/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { Deployment } from "../../routing/deployment.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import type { UpstreamRequest } from "../../upstream/transport/contract.ts";
import type { HeldBody, RequestBody } from "../body.ts";
import type { ClientCall } from "../call.ts";

/** A request in the upstream's dialect, and what its answer is read with. */
export interface TranslatedRequest {
  readonly request: UpstreamRequest;
  /** As the client said it. */
  readonly asked: CanonicalRequest;
  readonly written: WrittenRequest;
  readonly dialect: BoundDialect;
}

/** Says a client's request in another dialect. Refused where that cannot be done honestly. */
export function translateRequest(
  { call, body }: { readonly call: ClientCall; readonly body: RequestBody },
  candidate: Candidate,
  provenance: KeyObject,
): Result<TranslatedRequest, GatewayError> {
  const { deployment } = candidate;
  if (body.kind !== "held") return fail(TOO_LARGE);
  const value = parseExact(textOf(body), { maxBytes: Number.POSITIVE_INFINITY });
  if (!isObject(value)) return fail(NOT_JSON);
  const read = call.dialect.canonical.readRequest(value, call.asked);
  if (!read.ok) return read;
  const model = candidate.model ?? read.value.model;
  const parties = { provider: deployment.provider, client: call.dialect.id };
  const turns = thinkingFor(read.value.turns, parties, provenance);
  const dialect = deployment.dialectFor(model);
  const written = dialect.writeRequest({ ...read.value, model, turns });
  if (!written.ok) return written;
  return ok({
    request: {
      method: "POST",
      target: `${deployment.pathPrefix}${written.value.path}`,
      headers: [
        ...fieldsOf(deployment, read.value.stream),
        ...credentialFields(candidate),
        ...(written.value.headers ?? []),
      ],
      body: Buffer.from(JSON.stringify(written.value.body)),
    },
    asked: read.value,
    written: written.value,
    dialect,
  });
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

/** A caller's own credential goes as it would have gone: a session as a bearer, a key as the provider's key. */
function credentialFields({ deployment, credential }: Candidate): HeaderList {
  switch (credential.kind) {
    case "none":
      return [];
    case "stored":
      return deployment.authorize(credential.secret);
    case "own": {
      const { secret } = credential;
      if (secret === undefined) return [];
      if (credential.class === "subscription") {
        return ["authorization", `Bearer ${secret.reveal()}`, "anthropic-beta", "oauth-2025-04-20"];
      }
      return deployment.authorize(secret);
    }
    default:
      return credential satisfies never;
  }
}

function textOf(body: HeldBody): string {
  return Buffer.concat(body.parts).toString("utf8");
}

const TOO_LARGE = gatewayError(
  "body_too_large",
  "The body is larger than limits.body, and this model's provider speaks another dialect, so it has to be held whole",
);
const NOT_JSON = gatewayError("invalid_body", "The body is not a JSON object");
