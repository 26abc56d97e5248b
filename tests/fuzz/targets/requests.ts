import assert from "node:assert/strict";
import { isObject } from "../../../src/base/json.ts";
import { parseExact, thinkingFor } from "../../../src/canonical/index.ts";
import type { AskedInPath, ClientDialect } from "../../../src/exchange/dialect.ts";
import { estimateTokens } from "../../../src/exchange/hub/estimate-tokens.ts";
import { anthropicDialect } from "../../../src/ingress/anthropic/errors.ts";
import { geminiClientDialect } from "../../../src/ingress/gemini/index.ts";
import { openAiChatDialect } from "../../../src/ingress/openai-chat/index.ts";
import { openAiResponsesDialect } from "../../../src/ingress/openai-responses/index.ts";
import type { Target } from "../target.ts";
import { ALL_UPSTREAMS, KEY } from "./parties.ts";

/** What may be made of an input; more is a way to exhaust us. */
const MAX_GROWTH = 60;
const MAX_FIXED_BYTES = 256 * 1024;

/** What clients ask, read and said again to every upstream. */
export const REQUEST_TARGETS: readonly Target[] = [
  requestTarget(anthropicDialect),
  requestTarget(openAiChatDialect),
  requestTarget(openAiResponsesDialect),
  requestTarget(geminiClientDialect, { model: "m", stream: true }),
];

function requestTarget(client: ClientDialect, asked: AskedInPath = {}): Target {
  return {
    name: `request-${client.id}`,
    shape: "json",
    sources: [`ingress/${client.id}/`, "ingress/field.ts", "upstream/dialects/", "canonical/"],
    run: (input) => {
      const body = parseExact(input.toString(), { maxBytes: Number.POSITIVE_INFINITY });
      if (!isObject(body)) return "no object";
      const read = client.canonical.readRequest(body, asked);
      if (!read.ok) {
        JSON.parse(client.renderError(read.error, "spx_1").body);
        return `${read.error.code} ${read.error.message.slice(0, 60)}`;
      }
      assert.ok(Number.isFinite(estimateTokens(read.value)));
      const outcomes = ALL_UPSTREAMS.map((upstream) => {
        const parties = { provider: upstream.id, client: client.id };
        const turns = thinkingFor(read.value.turns, parties, KEY);
        const written = upstream.writeRequest({ ...read.value, turns });
        if (!written.ok) return written.error.code;
        const size = Buffer.byteLength(JSON.stringify(written.value.body));
        assert.ok(size < MAX_FIXED_BYTES + MAX_GROWTH * input.length, `${size} bytes were written`);
        return written.value.lossy.join();
      });
      return outcomes.join(" ");
    },
  };
}
