import { firstValue, type HeaderList } from "../../../base/header-list.ts";
import { isObject, parseJson } from "../../../base/json.ts";
import type { UpstreamError, UpstreamErrorKind } from "../../../canonical/index.ts";
import { isContextOverflow, overflowTokens } from "../shared/context-overflow.ts";
import { waitInHeaders } from "../shared/retry-after.ts";
import { statusKind } from "../shared/status-kind.ts";
import { isThinkingRefusal } from "../shared/thinking-refusal.ts";

/**
 * By the exception's name, for its status means something else in other APIs.
 * @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html and /CommonErrors.html
 * (read 2026-11-26)
 */
const EXCEPTIONS: Readonly<Record<string, UpstreamErrorKind>> = {
  AccessDeniedException: "permission",
  ExpiredTokenException: "authentication",
  IncompleteSignature: "authentication",
  InternalServerException: "server",
  InvalidSignatureException: "authentication",
  MissingAuthenticationTokenException: "authentication",
  ModelErrorException: "server",
  ModelNotReadyException: "overloaded",
  ModelStreamErrorException: "server",
  ModelTimeoutException: "timeout",
  ResourceNotFoundException: "not_found",
  ServiceQuotaExceededException: "rate_limit",
  ServiceUnavailableException: "overloaded",
  ThrottlingException: "rate_limit",
  UnrecognizedClientException: "authentication",
  ValidationException: "invalid_request",
};

/** quirk(bedrock): a model that does not exist is a validation's failure. source: recorded exchanges, 2026-11 */
const UNKNOWN_MODEL = /provided model identifier is invalid/i;

const MAX_BYTES = 256 * 1024;
/** Errors are a sentence; what is longer quotes the request. */
const MAX_MESSAGE = 2_000;

/** An answer other than 200, with whatever body it has. */
export function readError(status: number, headers: HeaderList, body: Buffer): UpstreamError {
  const retryAfterMs = waitInHeaders(headers);
  const error = errorOf(exceptionName(headers), messageOf(body), status);
  return { ...error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** An exception, of an answer or in a stream, where there is no status. */
export function errorOf(name: string | undefined, message: string, status?: number): UpstreamError {
  const kind = exceptionKind(name, message, status);
  const said = { message, ...(status !== undefined && { status }) };
  if (kind !== "context_overflow") return { kind, ...said };
  const tokens = overflowTokens(message);
  return { kind, ...said, ...(tokens && { tokens }) };
}

/** `ThrottlingException` of `ThrottlingException:http://internal.amazon.com/…` */
export function exceptionName(headers: HeaderList): string | undefined {
  return firstValue(headers, "x-amzn-errortype")?.split(/[:#]/, 1)[0];
}

/** What an exception means. In a stream its name is written with a small letter. */
export function exceptionKind(
  name: string | undefined,
  message: string,
  status: number | undefined,
): UpstreamErrorKind {
  const exception = name === undefined ? "" : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const known = Object.hasOwn(EXCEPTIONS, exception) ? EXCEPTIONS[exception] : undefined;
  const isClients = status !== undefined && status < 500;
  const kind = known ?? statusKind(status) ?? (isClients ? "invalid_request" : "server");
  if (kind !== "invalid_request") return kind;
  if (UNKNOWN_MODEL.test(message)) return "not_found";
  if (isThinkingRefusal(message)) return "thinking_refused";
  return isContextOverflow(message) ? "context_overflow" : kind;
}

/** The message of an error's body, with either spelling. */
export function messageOf(body: Buffer): string {
  const parsed = parseJson(body, { maxBytes: MAX_BYTES });
  const value = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const { message = value["Message"] } = value;
  return typeof message === "string" && message !== ""
    ? message.slice(0, MAX_MESSAGE)
    : "Bedrock failed and did not say why.";
}
