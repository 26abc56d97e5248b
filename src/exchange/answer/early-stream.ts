import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { firstValue } from "../../base/header-list.ts";
import { isObject, parseJson } from "../../base/json.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import { isEventStream } from "../hub/answer-reader.ts";

const SIZE = { maxBytes: 256 * 1024 };

/** The head of a stream that is begun before anybody answers. */
export const EARLY_HEAD = [
  "content-type",
  "text/event-stream; charset=utf-8",
  "cache-control",
  "no-cache",
] as const;

/** Whether an answer's bytes can go on in a stream that was begun already. */
export function continuesStream(head: ResponseHead): boolean {
  const encoding = firstValue(head.headers, "content-encoding") ?? "identity";
  return head.status === 200 && isEventStream(head) && encoding === "identity";
}

/** What an upstream refused a request with, for a client that can be told no status any more. */
export function lateRefusal(status: number, body: Buffer): GatewayError {
  const parsed = parseJson(body.toString("utf8"), SIZE);
  const error = parsed.ok && isObject(parsed.value) ? parsed.value["error"] : undefined;
  const said = isObject(error) && typeof error["message"] === "string" ? error["message"] : "";
  return gatewayError(
    "upstream_failed",
    `The upstream refused the request with ${status}${said === "" ? "" : `: ${said}`}`,
  );
}
