import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { isObject, parseJson } from "../../base/json.ts";
import { editMembers } from "../../base/json-edit.ts";
import type { AskedInPath, ClientDialect } from "../../exchange/dialect.ts";
import { type CloudBody, readCloudBody } from "../read-cloud-body.ts";
import { bedrockDialect } from "./dialect.ts";

/** Of an invocation, what is about the answer alone, and refused where tokens are counted. */
const OF_ANSWER = [
  "max_tokens",
  "metadata",
  "stop_sequences",
  "temperature",
  "top_k",
  "top_p",
] as const;

/**
 * The invocation whose tokens `POST /model/{id}/count-tokens` asks for, as a Messages request; refused where there is none, such as
 * for a conversation of Converse.
 * @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html (read 2026-11-26)
 */
export function readCount(bytes: Buffer, asked: AskedInPath): CloudBody | GatewayError {
  const parsed = parseJson(bytes, { maxBytes: bytes.length });
  const input = parsed.ok && isObject(parsed.value) ? parsed.value["input"] : undefined;
  const invocation = isObject(input) ? input["invokeModel"] : undefined;
  const text = isObject(invocation) ? invocation["body"] : undefined;
  if (typeof text !== "string") return NO_INVOCATION;
  const body = editMembers(Buffer.from(text, "base64"), { remove: OF_ANSWER, insert: {} });
  return (body && readCloudBody(body, asked)) ?? NO_INVOCATION;
}

const NO_INVOCATION = gatewayError(
  "invalid_body",
  "input.invokeModel.body: expected the invocation whose tokens are to be counted, a JSON object in base64",
);

/** Anthropic's answer, which the output says in Bedrock's words. */
export function writeCounted(tokens: number): string {
  return JSON.stringify({ input_tokens: tokens });
}

/** A count is the one whole answer that Bedrock says otherwise. */
export const countDialect: ClientDialect = {
  ...bedrockDialect,
  frames: { nameOf: bedrockDialect.frames.nameOf, toWhole },
};

function toWhole(answer: Buffer): string | undefined {
  const parsed = parseJson(answer, { maxBytes: answer.length });
  const tokens = parsed.ok && isObject(parsed.value) ? parsed.value["input_tokens"] : undefined;
  return typeof tokens === "number" ? JSON.stringify({ inputTokens: tokens }) : undefined;
}
