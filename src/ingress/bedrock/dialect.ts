import { ERRORS } from "../../base/errors.ts";
import type { ClientDialect } from "../../exchange/dialect.ts";
import { anthropicDialect } from "../anthropic/errors.ts";
import { anthropicName } from "./model-name.ts";

/**
 * What Bedrock calls an error of Anthropic's.
 * @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html (read 2026-11-26)
 */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  authentication_error: "UnrecognizedClientException",
  billing_error: "ServiceQuotaExceededException",
  invalid_request_error: "ValidationException",
  not_found_error: "ResourceNotFoundException",
  overloaded_error: "ServiceUnavailableException",
  permission_error: "AccessDeniedException",
  rate_limit_error: "ThrottlingException",
  request_too_large: "ValidationException",
  timeout_error: "ModelTimeoutException",
};

function nameOf(type: string): string {
  return (
    (Object.hasOwn(EXCEPTIONS, type) ? EXCEPTIONS[type] : undefined) ?? "InternalServerException"
  );
}

/** Anthropic's Messages as Bedrock's clients speak it: the same inside, in frames and with exceptions. */
export const bedrockDialect = {
  ...anthropicDialect,
  usualProvider: "bedrock",
  isClouds: true,
  anthropicName,
  frames: { nameOf },
  renderError(error, requestId) {
    const { status, headers } = anthropicDialect.renderError(error, requestId);
    const message = `Spillway: ${error.message} (${error.code})`;
    const name = nameOf(BY_STATUS[ERRORS[error.code].http] ?? "api_error");
    return {
      status,
      headers: [...headers, "x-amzn-errortype", name],
      body: JSON.stringify({ message }),
    };
  },
} satisfies ClientDialect;

const BY_STATUS: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};
