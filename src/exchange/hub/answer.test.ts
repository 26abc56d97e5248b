import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StreamEvent } from "../../canonical/index.ts";
import { EventObserver } from "../../upstream/dialects/observe-events.ts";
import type { ResponseSink } from "../../upstream/transport/contract.ts";
import { TranslatedAnswer } from "./answer.ts";
import type { AnswerTranslation } from "./stream.ts";

const FLOW = { pause: () => {}, resume: () => {} };
const HEAD = { status: 200, reason: "", headers: ["content-type", "text/event-stream"] };

/** An upstream whose events are words, for a client that reads words. */
function translationOf(): AnswerTranslation {
  const said = (text: string): StreamEvent => ({ type: "delta", delta: { type: "text", text } });
  const notAsked = (): never => assert.fail("not asked for");
  return {
    dialect: {
      id: "words",
      writeRequest: notAsked,
      readMessage: notAsked,
      readError: notAsked,
      openStream: () => ({
        push: ({ data }) =>
          data === "end" ? [{ type: "end", stopReason: "end_turn" }] : [said(data)],
        end: () => [],
      }),
    },
    context: { toolNames: new Map(), callIds: new Set() },
    client: {
      readRequest: notAsked,
      openWriter: () => ({
        push: (event) =>
          event.type === "delta" && event.delta.type === "text" ? event.delta.text : "",
      }),
      ping: "(ping)",
      writeMessage: notAsked,
      writeError: notAsked,
    },
    facts: {
      requestId: "spx_1",
      request: {
        model: "m",
        system: [],
        turns: [],
        tools: [],
        stream: true,
        stopSequences: [],
        extra: {},
      },
      model: "m",
      estimatedInputTokens: 1,
      credential: "gateway",
    },
    sealing: undefined,
    observer: new EventObserver(),
    isStream: true,
    lossy: [],
    storedKey: undefined,
  };
}

describe("TranslatedAnswer (rel: R6)", () => {
  it("speaks for itself while an upstream is silent, from the beginning and until the end", (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    let told = "";
    const sink: ResponseSink = {
      onHead: ({ status }) => {
        told += `${status} `;
      },
      onData: (chunk) => {
        told += chunk.toString();
      },
      onEnd: () => {
        told += ".";
      },
      onFailure: () => assert.fail("it did not fail"),
    };
    const answer = new TranslatedAnswer(sink, translationOf(), () => {});
    answer.onHead(HEAD, FLOW);
    t.mock.timers.tick(9_000);
    assert.equal(told, "");
    t.mock.timers.tick(11_000);
    assert.equal(told, "200 (ping)(ping)");
    answer.onData(Buffer.from("data: words\n\n"));
    t.mock.timers.tick(10_000);
    answer.onData(Buffer.from("data: end\n\n"));
    t.mock.timers.tick(60_000);
    assert.equal(told, "200 (ping)(ping)words(ping).");
  });
});
