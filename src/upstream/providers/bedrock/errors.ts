import { firstValue, type HeaderList } from "../../../base/header-list.ts";
import { isObject, parseJson } from "../../../base/json.ts";
import { isContextOverflow } from "../../dialects/shared/context-overflow.ts";

/** An exception of Bedrock's as Anthropic's API says the same. */
export interface ToldError {
  readonly status: number;
  readonly type: string;
}

/**
 * By the exception's name, for its status means something else in Anthropic's API.
 * @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html and
 * /CommonErrors.html, https://platform.claude.com/docs/en/api/errors (read 2026-11-26)
 */
const EXCEPTIONS: Readonly<Record<string, ToldError>> = {
  AccessDeniedException: { status: 403, type: "permission_error" },
  ExpiredTokenException: { status: 401, type: "authentication_error" },
  IncompleteSignature: { status: 401, type: "authentication_error" },
  InternalServerException: { status: 500, type: "api_error" },
  InvalidSignatureException: { status: 401, type: "authentication_error" },
  MissingAuthenticationTokenException: { status: 401, type: "authentication_error" },
  ModelErrorException: { status: 500, type: "api_error" },
  ModelNotReadyException: { status: 529, type: "overloaded_error" },
  ModelStreamErrorException: { status: 500, type: "api_error" },
  ModelTimeoutException: { status: 504, type: "timeout_error" },
  ResourceNotFoundException: { status: 404, type: "not_found_error" },
  ServiceQuotaExceededException: { status: 429, type: "rate_limit_error" },
  ServiceUnavailableException: { status: 529, type: "overloaded_error" },
  ThrottlingException: { status: 429, type: "rate_limit_error" },
  UnrecognizedClientException: { status: 401, type: "authentication_error" },
  ValidationException: { status: 400, type: "invalid_request_error" },
};

/** Where no exception is named. */
const BY_STATUS: Readonly<Record<number, ToldError>> = {
  400: { status: 400, type: "invalid_request_error" },
  401: { status: 401, type: "authentication_error" },
  403: { status: 403, type: "permission_error" },
  404: { status: 404, type: "not_found_error" },
  413: { status: 413, type: "request_too_large" },
  429: { status: 429, type: "rate_limit_error" },
  503: { status: 529, type: "overloaded_error" },
};

/** quirk(bedrock): a model that does not exist is a validation's failure. source: recorded exchanges, 2026-11 */
const UNKNOWN_MODEL = /provided model identifier is invalid/i;

const MAX_BYTES = 256 * 1024;
/** Errors are a sentence; what is longer quotes the request. */
const MAX_MESSAGE = 2_000;

/** `ThrottlingException` of `ThrottlingException:http://internal.amazon.com/…` */
export function exceptionName(headers: HeaderList): string | undefined {
  return firstValue(headers, "x-amzn-errortype")?.split(/[:#]/, 1)[0];
}

/** An exception in Anthropic's words. In a stream its name is written with a small letter, and there is no status. */
export function toldError(
  name: string | undefined,
  message: string,
  status = 500,
): ToldError & { readonly message: string } {
  const exception = name === undefined ? "" : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const known = Object.hasOwn(EXCEPTIONS, exception) ? EXCEPTIONS[exception] : undefined;
  const told = known ?? BY_STATUS[status] ?? { status, type: "api_error" };
  if (told.type !== "invalid_request_error") return { ...told, message };
  if (UNKNOWN_MODEL.test(message)) return { status: 404, type: "not_found_error", message };
  // By these words clients know that they have to compact the conversation.
  const isOther = !isContextOverflow(message) || message.toLowerCase().includes(TOO_LONG);
  return { ...told, message: isOther ? message : `${TOO_LONG}: ${message}` };
}

const TOO_LONG = "prompt is too long";

/** The message of an error's body, with either spelling. */
export function messageOf(body: Buffer): string {
  const parsed = parseJson(body, { maxBytes: MAX_BYTES });
  const value = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const { message = value["Message"] } = value;
  return typeof message === "string" && message !== ""
    ? message.slice(0, MAX_MESSAGE)
    : "Bedrock failed and did not say why.";
}

/** Anthropic's envelope. */
export function errorEnvelope({ type, message }: { type: string; message: string }): string {
  return JSON.stringify({ type: "error", error: { type, message } });
}
