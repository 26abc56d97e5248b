import type { IncomingMessage } from "node:http";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";

const MAX_BODY_BYTES = 64 * 1024;

/**
 * Reads a JSON body, whatever its content type says: `curl -d` calls everything a form. No body at all is an empty
 * object.
 */
export async function readJsonBody(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<Result<unknown, GatewayError>> {
  // A body that says how long it is need not be read to be refused.
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return fail(tooLarge(maxBytes));
  const bytes = await readBytes(request, maxBytes);
  if (!bytes.ok) return bytes;
  if (bytes.value.length === 0) return ok({});
  const parsed = parseJson(bytes.value, { maxBytes });
  return parsed.ok ? parsed : fail(NOT_JSON);
}

/** Leaves the rest of a body that is too large unread, and the connection open for the answer. */
async function readBytes(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Result<Buffer, GatewayError>> {
  const { promise, resolve } = Promise.withResolvers<Result<Buffer, GatewayError>>();
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > maxBytes) resolve(fail(tooLarge(maxBytes)));
  };
  request.on("data", onData);
  request.on("end", () => resolve(ok(Buffer.concat(chunks))));
  // A connection that breaks is told by "close" too.
  request.on("error", () => {});
  request.on("close", () => resolve(fail(CLIENT_GONE)));
  const read = await promise;
  request.off("data", onData);
  return read;
}

function tooLarge(maxBytes: number): GatewayError {
  return gatewayError(
    "body_too_large",
    `The body is larger than the ${maxBytes / 1024} KB that this endpoint takes`,
  );
}

const NOT_JSON = gatewayError("invalid_body", "The body is not valid JSON");
const CLIENT_GONE = gatewayError("client_closed", "The client left before its body had arrived");
