import assert from "node:assert/strict";
import { isObject } from "../../../src/base/json.ts";
import { messageEvents, parseExact, sealMessage } from "../../../src/canonical/index.ts";
import { DialectTap } from "../../../src/upstream/dialects/dialect-tap.ts";
import type { Target } from "../target.ts";
import { checkWritten } from "./client-stream.ts";
import { checkEvents, shapeOf } from "./event-order.ts";
import { CLIENTS, FACTS, KEY, NO_CONTEXT, UPSTREAMS, type UpstreamDialectName } from "./parties.ts";

/** Whole answers of each upstream dialect, told to every client. */
export const ANSWER_TARGETS: readonly Target[] = [
  answerTarget("anthropic"),
  answerTarget("openai-chat"),
  answerTarget("openai-responses"),
  answerTarget("gemini"),
  answerTarget("bedrock-converse"),
];

function answerTarget(name: UpstreamDialectName): Target {
  return {
    name: `answer-${name}`,
    shape: "json",
    sources: [`upstream/dialects/${name}/`, "upstream/dialects/shared/", "canonical/", "ingress/"],
    run: (input) => {
      const body = parseExact(input.toString(), { maxBytes: Number.POSITIVE_INFINITY });
      if (!isObject(body)) return "no object";
      const outcomes = UPSTREAMS[name].map((upstream) => {
        const tap = new DialectTap(upstream, false);
        tap.push(input);
        assert.equal(tap.finish().failed, false, "the tap failed");
        const read = upstream.readMessage(body, NO_CONTEXT);
        if (!read.ok) return read.error.kind;
        const message = sealMessage(read.value, { provider: name, key: KEY });
        const events = messageEvents(message);
        checkEvents(events);
        for (const client of CLIENTS) {
          checkWritten(client, events);
          JSON.parse(client.canonical.writeMessage(message, FACTS));
        }
        return shapeOf(events);
      });
      return outcomes.join(" | ");
    },
  };
}
