import type { GatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type {
  CanonicalRequest,
  JsonObject,
  UpstreamError,
  WrittenRequest,
} from "../../canonical/index.ts";
import type { BoundDialect } from "./bind.ts";

/** Asks an upstream how many tokens a request would put in; nothing is generated. */
export interface TokenCounter {
  writeRequest(request: CanonicalRequest): Result<WrittenRequest, GatewayError>;
  readCount(body: JsonObject): Result<number, UpstreamError>;
}

/** How an API counts that takes for it a part of what it takes to answer. */
export interface CountTraits {
  /** Behind the path of the request itself. */
  readonly suffix: string;
  /** The members that it takes; others may be refused. */
  readonly members: readonly string[];
}

/** @source https://platform.claude.com/docs/en/api/messages-count-tokens (read 2026-11-25) */
export const MESSAGES_COUNT: CountTraits = {
  suffix: "/count_tokens",
  members: ["model", "messages", "system", "tools", "tool_choice", "thinking"],
};

/** @source https://platform.openai.com/docs/api-reference/responses/input-tokens (read 2026-11-25) */
export const RESPONSES_COUNT: CountTraits = {
  suffix: "/input_tokens",
  members: [
    "model",
    "instructions",
    "input",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning",
    "text",
  ],
};

/** Counts with what a dialect makes of a request. */
export function countWith(dialect: BoundDialect, { suffix, members }: CountTraits): TokenCounter {
  return {
    writeRequest(request) {
      const written = dialect.writeRequest({ ...request, stream: false });
      if (!written.ok) return written;
      const body = Object.fromEntries(
        Object.entries(written.value.body).filter(([name]) => members.includes(name)),
      );
      return ok({ ...written.value, path: `${written.value.path}${suffix}`, body });
    },
    readCount({ input_tokens: tokens }) {
      if (typeof tokens === "number" && Number.isSafeInteger(tokens) && tokens > 0) {
        return ok(tokens);
      }
      return fail({ kind: "server", message: "the upstream's token count holds no number" });
    },
  };
}
