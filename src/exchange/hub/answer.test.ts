import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResponseSink, UpstreamRequest } from "../../upstream/transport/contract.ts";
import { TranslatedAnswer } from "./answer.ts";
import { chatTranslation } from "./hub.fixture.ts";

const REQUEST: UpstreamRequest = { method: "POST", target: "/", headers: [], body: undefined };
const FLOW = { pause: () => {}, resume: () => {} };

describe("a translated answer", () => {
  it("R6: speaks while the upstream thinks, and is silent once the exchange has let go of it", (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const heard: string[] = [];
    const inner: ResponseSink = {
      onHead: () => {},
      onData: (chunk) => void heard.push(chunk.toString()),
      onEnd: () => {},
      onFailure: () => {},
    };
    let aborts = 0;
    const answer = new TranslatedAnswer(inner, chatTranslation({ isStream: true }), () => ({
      abort: () => void (aborts += 1),
    }));
    const call = answer.start(REQUEST);
    answer.onHead(
      { status: 200, reason: "", headers: ["content-type", "text/event-stream"] },
      FLOW,
    );
    t.mock.timers.tick(10_000);
    assert.deepEqual(heard, ["ping\n"]);
    call.abort();
    t.mock.timers.tick(60_000);
    assert.deepEqual(heard, ["ping\n"]);
    assert.equal(aborts, 1);
  });
});
