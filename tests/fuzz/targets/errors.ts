import assert from "node:assert/strict";
import type { HeaderList } from "../../../src/base/header-list.ts";
import { hashOf } from "../random.ts";
import type { Target } from "../target.ts";
import { CLIENTS, FACTS, UPSTREAMS, type UpstreamDialectName } from "./parties.ts";

const STATUSES = [400, 401, 403, 404, 408, 413, 429, 500, 503, 529] as const;
const HEADERS: readonly HeaderList[] = [
  [],
  ["retry-after", "7"],
  ["Retry-After", "Wed, 21 Oct 2099 07:28:00 GMT", "content-type", "text/html"],
  ["retry-after", "-1", "retry-after-ms", "1e999"],
];

/** Errors of each upstream dialect, told to every client. */
export const ERROR_TARGETS: readonly Target[] = [
  errorTarget("anthropic"),
  errorTarget("openai-chat"),
  errorTarget("openai-responses"),
  errorTarget("gemini"),
];

function errorTarget(name: UpstreamDialectName): Target {
  return {
    name: `error-${name}`,
    shape: "json",
    sources: [`upstream/dialects/${name}/`, "upstream/dialects/shared/", "ingress/"],
    run: (input) => {
      const headers = HEADERS[hashOf(input) % HEADERS.length] ?? [];
      const [upstream] = UPSTREAMS[name];
      const kinds = STATUSES.map((status) => {
        const error = upstream.readError(status, headers, input);
        assert.notEqual(error.message, "", "an error without a word");
        const { retryAfterMs = 0 } = error;
        assert.ok(Number.isSafeInteger(retryAfterMs) && retryAfterMs >= 0, String(retryAfterMs));
        for (const client of CLIENTS) {
          const rendered = client.canonical.writeError(error, FACTS);
          JSON.parse(rendered.body);
          assert.ok(rendered.status >= 400 && rendered.status <= 599, String(rendered.status));
          for (const value of rendered.headers) assert.doesNotMatch(value, /[\r\n]/);
        }
        return error.kind;
      });
      return kinds.join(" ");
    },
  };
}
