import { type ErrorCode, type GatewayError, gatewayError } from "../../base/errors.ts";

/** Codes of `undici` and Node, by the error that the caller is told. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: "upstream_unreachable",
  ENOTFOUND: "upstream_unreachable",
  EAI_AGAIN: "upstream_unreachable",
  EHOSTUNREACH: "upstream_unreachable",
  ENETUNREACH: "upstream_unreachable",
  EADDRNOTAVAIL: "upstream_unreachable",
  EMFILE: "upstream_unreachable",
  ETIMEDOUT: "upstream_connect_timeout",
  UND_ERR_CONNECT_TIMEOUT: "upstream_connect_timeout",
  UND_ERR_HEADERS_TIMEOUT: "upstream_headers_timeout",
  UND_ERR_BODY_TIMEOUT: "upstream_idle_timeout",
  UND_ERR_HEADERS_OVERFLOW: "upstream_malformed",
  UND_ERR_INVALID_ARG: "bad_request_target",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "upstream_reset",
  UND_ERR_SOCKET: "upstream_reset",
  ECONNRESET: "upstream_reset",
  EPIPE: "upstream_reset",
};

const MESSAGES: Partial<Readonly<Record<ErrorCode, string>>> = {
  upstream_unreachable: "The upstream cannot be reached",
  upstream_tls: "The upstream's TLS certificate was not accepted",
  upstream_connect_timeout: "The upstream did not accept the connection in time",
  upstream_headers_timeout: "The upstream sent no response headers in time",
  upstream_idle_timeout: "The upstream's answer stood still for too long",
  upstream_malformed: "The upstream's answer is not valid HTTP",
  upstream_reset: "The upstream closed the connection before its answer was complete",
  bad_request_target: "The request has a target or a header field that cannot be sent on",
};

/** A proxy on the way did not do its part; the message is safe to show. */
export class ProxyFailure extends Error {
  readonly errorCode: ErrorCode;

  constructor(errorCode: ErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.errorCode = errorCode;
  }
}

const PROXY_MESSAGES: Partial<Readonly<Record<ErrorCode, string>>> = {
  upstream_connect_timeout: "The proxy did not accept the connection in time",
  upstream_tls: "The proxy's TLS certificate was not accepted",
  upstream_malformed: "The proxy's answer is not valid HTTP",
};

/** Turns whatever went wrong between here and a proxy into a failure that names the proxy. */
export function toProxyFailure(cause: unknown): ProxyFailure {
  if (cause instanceof ProxyFailure) return cause;
  const code = toCode(cause);
  const message = PROXY_MESSAGES[code];
  return message === undefined
    ? new ProxyFailure(
        "upstream_unreachable",
        "The proxy cannot be reached, or closed the connection",
        cause,
      )
    : new ProxyFailure(code, message, cause);
}

/** Turns whatever the HTTP client threw into the one error table; system texts stay in `cause`. */
export function toGatewayError(cause: unknown): GatewayError {
  if (cause instanceof ProxyFailure) return gatewayError(cause.errorCode, cause.message, { cause });
  const code = toCode(cause);
  return gatewayError(code, MESSAGES[code] ?? "The upstream call failed", { cause });
}

function toCode(cause: unknown): ErrorCode {
  if (cause instanceof AggregateError && cause.errors.length > 0) return toCode(cause.errors[0]);
  const code = codeOf(cause);
  if (code === undefined) return "upstream_reset";
  if (code.startsWith("HPE_")) return "upstream_malformed";
  if (isTlsCode(code)) return "upstream_tls";
  return CODES[code] ?? "upstream_reset";
}

function isTlsCode(code: string): boolean {
  return (
    code.startsWith("CERT_") ||
    code.startsWith("ERR_TLS_") ||
    code.startsWith("ERR_SSL_") ||
    code.startsWith("UNABLE_TO_") ||
    code.endsWith("_SIGNED_CERT") ||
    code === "SELF_SIGNED_CERT_IN_CHAIN" ||
    code === "EPROTO"
  );
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}
