import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import { isObject } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { ClientCall } from "../../exchange/call.ts";
import type { Question } from "../../exchange/question.ts";
import { readAsked } from "../../exchange/request/asked.ts";
import { HeldBody, HeldBytes } from "../../exchange/request/body.ts";
import { readFacts } from "../../exchange/request/facts.ts";
import type { Identity } from "../../identity/principal.ts";
import { readAddress } from "../address.ts";
import { readTarget } from "../target.ts";
import { json, type Reply } from "./answer.ts";
import type { Ask } from "./ask.ts";
import { visibleKey } from "./visible-keys.ts";

/** Claude Code's requests are some 100 KB; a long session's are a few megabytes. */
const MAX_BODY_BYTES = 32 * 2 ** 20;

/** A request that is asked about: what a client would send, and who it would be. */
interface Asked {
  readonly path: string;
  readonly headers: HeaderList;
  /** As it would be on the wire. */
  readonly body: string;
  /** A Spillway key by its name or id. */
  readonly key?: string | undefined;
  /** What the caller would bring for Anthropic. */
  readonly brings: "subscription" | "api_key" | "none";
  /** Epoch milliseconds. */
  readonly at?: number | undefined;
}

/** What would become of a request, without sending it. */
export async function explainRequest(ask: Ask): Reply {
  const body = await ask.body(MAX_BODY_BYTES);
  if (!body.ok) return body;
  if (!isAsked(body.value)) return fail(NOT_ASKED);
  const question = toQuestion(ask, body.value);
  if (!question.ok) return question;
  const explained = await ask.views.explain(question.value, body.value.at);
  return ok(json(200, { ...explained, model: explained.model ?? null }));
}

function toQuestion(ask: Ask, asked: Asked): Result<Question, GatewayError> {
  const at = readTarget(asked.path);
  if (!at.ok) return at;
  const identity = toIdentity(ask, asked);
  if (!identity.ok) return identity;
  const own = readAsked(asked.headers);
  if (!own.ok) return own;
  const request = new IncomingMessage(new Socket());
  request.method = "POST";
  request.rawHeaders = [...asked.headers];
  const call: ClientCall = {
    id: "explained",
    request,
    response: new ServerResponse(request),
    ...readAddress("POST", at.value, {}),
    startedAt: ask.views.now(),
    startedMs: 0,
  };
  const bytes = Buffer.from(asked.body);
  const body = new HeldBody([bytes], bytes.length, new HeldBytes());
  const facts = readFacts(body, call.asked);
  return ok({ call, identity: identity.value, asked: own.value, facts, body });
}

function toIdentity(ask: Ask, { key: named, brings }: Asked): Result<Identity, GatewayError> {
  const { views, caller } = ask;
  const key = named === undefined ? undefined : visibleKey(ask, named);
  if (key?.ok === false) return key;
  const principal = key?.value.principal ?? caller.principal;
  const plan = views.quota().find((known) => known.principal === principal);
  return ok({
    principal,
    organisation: caller.organisation,
    credentialClass: brings,
    own: { class: brings },
    ...(key === undefined ? {} : { key: key.value }),
    ...(brings === "subscription" && plan !== undefined ? { account: plan.account } : {}),
  });
}

function isAsked(value: unknown): value is Asked {
  if (!isObject(value)) return false;
  const { path, headers, body, key, brings, at } = value;
  return (
    typeof path === "string" &&
    typeof body === "string" &&
    Array.isArray(headers) &&
    headers.every((part) => typeof part === "string") &&
    (key === undefined || typeof key === "string") &&
    ["subscription", "api_key", "none"].includes(String(brings)) &&
    (at === undefined || typeof at === "number")
  );
}

const NOT_ASKED = gatewayError(
  "invalid_body",
  "The body has to have path, headers, body and brings (subscription, api_key or none)",
);
