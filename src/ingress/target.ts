import { type GatewayError, gatewayError } from "../base/errors.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Operation } from "../exchange/call.ts";

/** A request target that every server reads alike. */
export interface Target {
  /** Path and query as they came. */
  readonly target: string;
  /** The path alone, never decoded. */
  readonly path: string;
}

const MAX_TARGET_LENGTH = 8 * 1024;

/** Dot segments in any spelling, backslashes, empty segments, NUL: what two servers may resolve differently. */
const AMBIGUOUS_PATH = /\/\/|\\|%5c|%00|(?:^|\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|;|%3b|$)/i;

/** Accepts plain paths only; the query is not looked at. */
export function readTarget(url: string): Result<Target, GatewayError> {
  if (url.length > MAX_TARGET_LENGTH) {
    return fail(gatewayError("bad_request_target", "The request target is longer than 8 KB"));
  }
  if (!url.startsWith("/")) {
    return fail(gatewayError("bad_request_target", "The request target has to begin with a slash"));
  }
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  if (AMBIGUOUS_PATH.test(path)) {
    return fail(
      gatewayError(
        "ambiguous_path",
        "The path has dot segments, backslashes or empty segments; send the plain path",
      ),
    );
  }
  return ok({ target: url, path });
}

const ALIAS = "/anthropic";

/** The same API is served under `/anthropic`. */
export function withoutAlias({ target, path }: Target): Target {
  if (path !== ALIAS && !path.startsWith(`${ALIAS}/`)) return { target, path };
  const rest = target.slice(ALIAS.length);
  return {
    target: rest.startsWith("/") ? rest : `/${rest}`,
    path: path.slice(ALIAS.length) || "/",
  };
}

const MODELS = /^\/v1\/models(?:\/[^/]+)?$/;

/** What an Anthropic client asks for. Unknown paths are passed on like the rest. */
export function toOperation(method: string, path: string): Operation {
  if (path === "/v1/messages") return method === "POST" ? "messages" : "other";
  if (path === "/v1/messages/count_tokens") return method === "POST" ? "count_tokens" : "other";
  if (path === "/v1/messages/batches" || path.startsWith("/v1/messages/batches/")) return "batches";
  if (MODELS.test(path)) return method === "GET" || method === "HEAD" ? "models" : "other";
  if (path === "/v1/files" || path.startsWith("/v1/files/")) return "files";
  if (path === "/" || path === "/api/hello") return "probe";
  return "other";
}
