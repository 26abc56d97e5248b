/** Whose fault an error is; alerts group by it. */
export type ErrorSource = "client" | "policy" | "gateway" | "upstream";

interface ErrorSpec {
  /** HTTP status when nothing was sent to the client yet. */
  readonly http: number;
  readonly source: ErrorSource;
  /** What a repetition could gain: nothing, the same upstream later, or another upstream. */
  readonly retry: "never" | "same" | "other";
  /** What it means and what to do, for the reference page. */
  readonly help: string;
}

/** Every error that Spillway itself makes. Appended to, never renamed. */
export const ERRORS = {
  bad_request_target: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The request target is not a plain path: absolute form, longer than 8 KB, or with characters that no URL has.",
  },
  ambiguous_path: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The path has dot segments, backslashes, empty segments or an encoded NUL, which two servers may read differently. Send the plain path.",
  },
  ambiguous_host: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The request carries no Host header, or more than one.",
  },
  ambiguous_credentials: {
    http: 400,
    source: "client",
    retry: "never",
    help: "A credential header came twice, or two different Spillway keys came on one request. Send each once.",
  },
  bad_framing: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The message framing is not one that every server reads alike (HTTP/1.0 with Transfer-Encoding, for instance).",
  },
  invalid_parameter: {
    http: 400,
    source: "client",
    retry: "never",
    help: "A query parameter of one of Spillway's own endpoints has the wrong shape; the message names it.",
  },
  too_many_headers: {
    http: 431,
    source: "client",
    retry: "never",
    help: "More than 100 header fields, or more than 16 KB of them.",
  },
  key_in_url: {
    http: 400,
    source: "client",
    retry: "never",
    help: "A Spillway key stands in the URL, where logs would keep it. Send it in a header, and rotate it.",
  },
  ambiguous_body: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The JSON body has model, stream, max_tokens or inference_geo more than once, which two servers may read differently.",
  },
  invalid_body: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The JSON body has not the shape of its endpoint, which is one of Spillway's own or one whose requests are translated; the message names the field.",
  },
  not_translatable: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The request cannot be said in the dialect of the chosen upstream, and leaving out the rest would change what it asks for; the message names what. Send it to an upstream that has it, or turn it off in the client.",
  },
  operation_not_supported: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The provider of this model has no such operation. Name a model of a provider that has it, as provider/model.",
  },
  thread_not_supported: {
    http: 400,
    source: "client",
    retry: "never",
    help: "The request belongs to a conversation that Anthropic's servers hold, and its model is another provider's. Send the whole conversation, without thread; the official SDK's tool runner does so by itself.",
  },
  invalid_header: {
    http: 400,
    source: "client",
    retry: "never",
    help: "One of Spillway's own request headers has a value that it does not know; the message names both.",
  },
  key_required: {
    http: 401,
    source: "client",
    retry: "never",
    help: "This needs a Spillway key: auth.required is on, or the endpoint changes something. Send it in x-spillway-key.",
  },
  key_unknown: {
    http: 401,
    source: "client",
    retry: "never",
    help: "The Spillway key is not known here: mistyped, or of another installation.",
  },
  key_revoked: {
    http: 401,
    source: "client",
    retry: "never",
    help: "The Spillway key was revoked, or replaced by a rotation whose overlap is over. Ask for a new one.",
  },
  signed_for_aws: {
    http: 401,
    source: "client",
    retry: "never",
    help: "A client in Bedrock's shape signs its requests with AWS credentials, which nobody here can check or pass on. Set CLAUDE_CODE_SKIP_BEDROCK_AUTH=1, and send a Spillway key.",
  },
  key_expired: {
    http: 401,
    source: "client",
    retry: "never",
    help: "The Spillway key has expired. An owner can extend it with spillway keys update.",
  },
  owner_required: {
    http: 403,
    source: "policy",
    retry: "never",
    help: "Only a key with the role owner may do this.",
  },
  credential_missing: {
    http: 403,
    source: "policy",
    retry: "never",
    help: "Nobody would pay for the request: it carries no credential for the provider, and none is stored that may be used for it.",
  },
  stored_key_refused: {
    http: 403,
    source: "gateway",
    retry: "never",
    help: "The provider does not take the key that the organisation stored. An owner checks it with spillway byok test, and replaces it with spillway byok set.",
  },
  model_not_allowed: {
    http: 403,
    source: "policy",
    retry: "never",
    help: "The key does not allow this model. An owner can change its models with spillway keys update.",
  },
  rule_refused: {
    http: 403,
    source: "policy",
    retry: "never",
    help: "A rule of the operator's (routing.rules) refuses the request; the message has the operator's words.",
  },
  residency_refused: {
    http: 403,
    source: "policy",
    retry: "never",
    help: "A data policy asks for a place of processing that no upstream of this request guarantees. Nothing was sent.",
  },
  host_not_allowed: {
    http: 403,
    source: "client",
    retry: "never",
    help: "The Host header names a host that this listener does not answer for. Add it to listener.hosts.",
  },
  origin_not_allowed: {
    http: 403,
    source: "client",
    retry: "never",
    help: "A web page of another origin tried to use the gateway. Coding agents send no Origin header.",
  },
  not_found: {
    http: 404,
    source: "client",
    retry: "never",
    help: "No such endpoint or record.",
  },
  model_unknown: {
    http: 404,
    source: "client",
    retry: "never",
    help: "The request names a model that nobody here knows; the message has the nearest names. See routing.unknown.",
  },
  method_not_allowed: {
    http: 405,
    source: "client",
    retry: "never",
    help: "The endpoint exists, with another method.",
  },
  name_taken: {
    http: 409,
    source: "client",
    retry: "never",
    help: "Another active key of the organisation has this name.",
  },
  body_too_large: {
    http: 413,
    source: "client",
    retry: "never",
    help: "The body is larger than one of Spillway's own endpoints takes, or than limits.body (MAX_BUFFER_BYTES) where the way of a request depends on what it asks for.",
  },
  unsupported_encoding: {
    http: 415,
    source: "client",
    retry: "never",
    help: "The body's content-encoding is not one of gzip, deflate, br and zstd, and the body has to be read: its key allows some models only, or its upstream speaks another dialect.",
  },
  websocket_not_supported: {
    http: 426,
    source: "client",
    retry: "never",
    help: "The client tried a WebSocket. The same API answers over plain HTTP, which clients fall back to by themselves.",
  },
  budget_exceeded: {
    http: 429,
    source: "policy",
    retry: "never",
    help: "A budget does not cover what the request may cost. The message names the budget, what is used of it and when it begins anew.",
  },
  daily_limit_reached: {
    http: 429,
    source: "policy",
    retry: "never",
    help: "The key has used up its requests of the day. The message says when the next day begins.",
  },
  price_unknown: {
    http: 429,
    source: "policy",
    retry: "never",
    help: "A budget applies, but the cost cannot be bounded: the model has no price, or the budget's currency no rate. Add it under prices or currency.rates, or set budgets.allowUnpriced.",
  },
  rate_limited: {
    http: 429,
    source: "policy",
    retry: "same",
    help: "The key, or one of its sessions, has reached one of its limits of speed: requests or tokens a minute, or requests at a time. The message names the limit, retry-after says when to come again.",
  },
  upload_too_slow: {
    http: 408,
    source: "client",
    retry: "never",
    help: "The request body arrived at less than timeouts.uploadBytesPerSecond.",
  },
  client_closed: {
    http: 499,
    source: "client",
    retry: "never",
    help: "The client left before the answer was complete.",
  },
  internal: {
    http: 500,
    source: "gateway",
    retry: "same",
    help: "A bug in Spillway. The log line with this request id has the cause.",
  },
  accounting_unavailable: {
    http: 503,
    source: "gateway",
    retry: "same",
    help: "The record of this request could not be stored (disk full, database locked), so it was not sent.",
  },
  overloaded: {
    http: 503,
    source: "gateway",
    retry: "same",
    help: "The process is out of head-room (event loop delay or heap); running requests go on.",
  },
  held_bodies_full: {
    http: 503,
    source: "gateway",
    retry: "same",
    help: "Request bodies in flight fill limits.heldBytes.",
  },
  draining: {
    http: 503,
    source: "gateway",
    retry: "same",
    help: "This process is shutting down and takes no new requests.",
  },
  upstream_busy: {
    http: 429,
    source: "gateway",
    retry: "other",
    help: "The limits that the configuration sets for the upstream leave no room for the request, and none came free while it waited. retry-after says when to come again.",
  },
  upstream_unreachable: {
    http: 502,
    source: "upstream",
    retry: "other",
    help: "No connection to the upstream: refused, unknown host, or no route.",
  },
  upstream_tls: {
    http: 502,
    source: "upstream",
    retry: "other",
    help: "The upstream's certificate was not accepted. Behind a corporate proxy set egress.ca or NODE_EXTRA_CA_CERTS.",
  },
  upstream_reset: {
    http: 502,
    source: "upstream",
    retry: "other",
    help: "The upstream closed the connection before its answer was complete.",
  },
  upstream_redirect: {
    http: 502,
    source: "upstream",
    retry: "never",
    help: "The upstream answered with a redirect. Redirects are never followed: a credential has one destination.",
  },
  upstream_malformed: {
    http: 502,
    source: "upstream",
    retry: "other",
    help: "The upstream's answer is not HTTP that can be passed on safely.",
  },
  upstream_failed: {
    http: 502,
    source: "upstream",
    retry: "other",
    help: "The upstream said in the middle of its answer that it failed; the message has its words.",
  },
  upstream_connect_timeout: {
    http: 504,
    source: "upstream",
    retry: "other",
    help: "The upstream did not accept a connection within timeouts.connect.",
  },
  upstream_headers_timeout: {
    http: 504,
    source: "upstream",
    retry: "other",
    help: "The upstream sent no response headers within timeouts.headers.",
  },
  upstream_idle_timeout: {
    http: 504,
    source: "upstream",
    retry: "other",
    help: "The upstream's answer stood still for longer than timeouts.idle.",
  },
  cloud_credentials_unavailable: {
    http: 502,
    source: "gateway",
    retry: "other",
    help: "The provider is a cloud, and the gateway could not get credentials there to sign the request with; the message says where it looked. Nothing was sent.",
  },
  no_substitute: {
    http: 500,
    source: "policy",
    retry: "never",
    help: "The plan is nearly full, and the model has no substitute at the other provider: its name in redirect.models (LITELLM_FALLBACK_OPUS, LITELLM_FALLBACK_SONNET, LITELLM_FALLBACK_HAIKU) is empty. Nothing was sent.",
  },
  upstream_slow_start: {
    http: 504,
    source: "upstream",
    retry: "other",
    help: "Nothing of the answer came within routing.slowStart.firstToken, and another candidate was there to ask.",
  },
  upstream_credentials_exhausted: {
    http: 502,
    source: "gateway",
    retry: "never",
    help: "Every provider that was asked refuses the key that is stored for it. An owner checks them with spillway byok test, and replaces them with spillway byok set.",
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure that the API caller is told about; rendered in the caller's own envelope by `ingress`. */
export interface GatewayError {
  readonly code: ErrorCode;
  /** Safe to show to the API caller: no credentials, no upstream URL, no prompt text. */
  readonly message: string;
  readonly retryAfterMs?: number;
  /** For logs only; never serialised to the caller. */
  readonly cause?: unknown;
}

export function gatewayError(
  code: ErrorCode,
  message: string,
  more: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
): GatewayError {
  return { code, message, ...more };
}
