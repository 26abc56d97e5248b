import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as immediate } from "node:timers/promises";
import { gatewayError } from "../../../base/errors.ts";
import { fail, ok } from "../../../base/result.ts";
import type { Candidate } from "../../../routing/candidate.ts";
import type { SearchQuery, WebSearch } from "../../../upstream/search/index.ts";
import type {
  ResponseSink,
  TransportFailure,
  UpstreamRequest,
} from "../../../upstream/transport/contract.ts";
import { TranslatedAnswer } from "../answer.ts";
import { ASKED, chatTranslation, eventsIn } from "../hub.fixture.ts";
import { type Searching, SearchLoop } from "./loop.ts";
import { offerSearch } from "./offer.ts";
import type { Found } from "./results.ts";

const TYPE = "web_search_20250305";
const TOOL = {
  type: "server",
  kind: TYPE,
  name: "web_search",
  raw: { type: TYPE, name: "web_search", max_uses: 2 },
} as const;
const REQUEST: UpstreamRequest = { method: "POST", target: "/", headers: [], body: undefined };
const CANDIDATE: Candidate = {
  deployment: {
    provider: "lab",
    kind: "openai-compatible",
    origin: "http://lab",
    pathPrefix: "/v1",
    transport: { send: () => assert.fail(), [Symbol.asyncDispose]: async () => {} },
    dialectFor: () => assert.fail(),
    authorize: () => [],
    fields: [],
  },
  credential: { kind: "none", owner: "lab", class: "none" },
  mode: "byok",
  book: "api",
  tryIf: "always",
  reason: "",
};
const SSE = { status: 200, reason: "", headers: ["content-type", "text/event-stream"] };
const HIT = { url: "https://a.org/", title: "A", snippet: "words", age: undefined };
const RESET: TransportFailure = {
  error: gatewayError("upstream_reset", "lost"),
  beforeResponse: true,
  onReusedConnection: true,
};

/** A call under way, as the upstream sees it. */
interface Sent {
  readonly request: UpstreamRequest;
  readonly sink: ResponseSink;
  readonly fresh: boolean | undefined;
  isAborted: boolean;
  readonly flow: string[];
}

/** A translated answer whose upstream and search provider the test plays. */
function open(more: Partial<Searching> = {}, search: WebSearch["search"] = async () => ok([HIT])) {
  const sent: Sent[] = [];
  const heard = { text: "", ends: 0, failures: new Array<TransportFailure>() };
  let flow = { pause: () => {}, resume: () => {} };
  const inner: ResponseSink = {
    onHead: (_, given) => {
      flow = given;
    },
    onData: (chunk) => void (heard.text += chunk.toString()),
    onEnd: () => void (heard.ends += 1),
    onFailure: (failure) => void heard.failures.push(failure),
  };
  const web: WebSearch = { provider: "any", origin: "http://any", takesCountry: false, search };
  const searching: Searching = {
    web,
    refusal: () => undefined,
    admit: async () => ok(undefined),
    isClientGone: () => false,
    ...more,
  };
  const offer = offerSearch({ ...ASKED, tools: [TOOL] }, TOOL, web);
  const { dialect } = chatTranslation();
  const loop = new SearchLoop(offer, dialect, CANDIDATE, searching);
  const answer = new TranslatedAnswer(
    inner,
    chatTranslation({ searches: loop }),
    (request, sink, fresh) => {
      const call: Sent = { request, sink, fresh, isAborted: false, flow: [] };
      sent.push(call);
      return { abort: () => void (call.isAborted = true) };
    },
  );
  const call = answer.start(REQUEST);
  const begin = ({ sink, flow: log }: Sent): void =>
    sink.onHead(SSE, { pause: () => log.push("pause"), resume: () => log.push("resume") });
  const at = (index: number): Sent => sent[index] ?? assert.fail(`no call ${index}`);
  return {
    call,
    sent,
    at,
    heard,
    loop,
    begin,
    flow: () => flow,
    [Symbol.dispose]: () => call.abort(),
  };
}

function chunks(...choices: readonly object[]): Buffer {
  const lines = choices.map(
    (choice) => `data: ${JSON.stringify({ id: "c", model: "m", choices: [choice] })}\n\n`,
  );
  return Buffer.from([...lines, "data: [DONE]\n\n"].join(""));
}

function searches(...queries: readonly string[]): Buffer {
  const tool_calls = queries.map((query, index) => ({
    index,
    id: `call_${index}`,
    function: { name: "web_search", arguments: JSON.stringify({ query }) },
  }));
  return chunks({ delta: { tool_calls } }, { delta: {}, finish_reason: "tool_calls" });
}

function says(content: string): Buffer {
  return chunks({ delta: { content } }, { delta: {}, finish_reason: "stop" });
}

function kinds(text: string): readonly string[] {
  return eventsIn(text).flatMap((event) => {
    if (event.type !== "block") return [];
    return [event.block.type === "opaque" ? event.block.kind : event.block.type];
  });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await immediate();
}

describe("the loop of searches", () => {
  it("R6: pings while a search runs, and lets go of it with the answer", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const waiting = Promise.withResolvers<Found>();
    let signal: AbortSignal | undefined;
    using scene = open({}, async (_query, given) => {
      signal = given;
      return await waiting.promise;
    });
    scene.begin(scene.at(0));
    scene.at(0).sink.onData(searches("x"));
    await settle();
    assert.deepEqual(kinds(scene.heard.text), ["server_tool_use"]);
    t.mock.timers.tick(10_000);
    assert.ok(scene.heard.text.endsWith("ping\n"));
    scene.call.abort();
    assert.equal(signal?.aborted, true);
    const before = scene.heard.text;
    waiting.resolve(ok([]));
    await settle();
    t.mock.timers.tick(60_000);
    assert.equal(scene.heard.text, before);
    assert.equal(scene.sent.length, 1);
  });

  it("hears nothing more of a call once the next one is sent", async () => {
    using scene = open();
    scene.begin(scene.at(0));
    scene.at(0).sink.onData(searches("x"));
    await settle();
    assert.equal(scene.sent.length, 2);
    assert.ok(scene.at(0).isAborted);
    scene.at(0).sink.onEnd();
    scene.at(0).sink.onFailure(RESET);
    scene.begin(scene.at(1));
    scene.at(1).sink.onData(says("Done."));
    assert.deepEqual(kinds(scene.heard.text), [
      "server_tool_use",
      "web_search_tool_result",
      "text",
    ]);
    assert.equal(scene.heard.ends, 1);
    assert.equal(scene.heard.failures.length, 0);
    assert.deepEqual(
      eventsIn(scene.heard.text).filter(({ type }) => type === "start" || type === "end").length,
      2,
    );
  });

  it("holds the next answer back, too, for a client that reads slowly", async () => {
    using scene = open();
    scene.begin(scene.at(0));
    scene.at(0).sink.onData(searches("x"));
    scene.flow().pause();
    await settle();
    scene.begin(scene.at(1));
    assert.deepEqual(scene.at(1).flow, ["pause"]);
    scene.flow().resume();
    assert.deepEqual(scene.at(1).flow, ["pause", "resume"]);
  });

  it("repeats a further call that a kept connection lost, once, and never the whole answer", async () => {
    using scene = open();
    scene.begin(scene.at(0));
    scene.at(0).sink.onData(searches("x"));
    await settle();
    scene.at(1).sink.onFailure(RESET);
    assert.equal(scene.at(2).fresh, true);
    assert.equal(scene.at(2).request, scene.at(1).request);
    scene.at(2).sink.onFailure({ ...RESET, onReusedConnection: false });
    assert.deepEqual(
      scene.heard.failures.map(({ beforeResponse }) => beforeResponse),
      [false],
    );
    assert.equal(scene.sent.length, 3);
  });

  it("runs the searches of one round side by side, and no more than are allowed", async () => {
    const asked: string[] = [];
    const gate = Promise.withResolvers<void>();
    using scene = open({}, async ({ text }: SearchQuery) => {
      asked.push(text);
      await gate.promise;
      return text === "a" ? ok([HIT]) : fail({ code: "unavailable", reason: "status 500" });
    });
    scene.begin(scene.at(0));
    scene.at(0).sink.onData(searches("a", "b", "c"));
    await settle();
    assert.deepEqual(asked, ["a", "b"]);
    gate.resolve();
    await settle();
    assert.equal(scene.loop.account, "2 web searches by any, 1 failed (status 500)");
    const { target, body } = scene.at(1).request;
    assert.ok(Buffer.isBuffer(body) && body.includes("max_uses_exceeded"));
    assert.equal(target, "/v1/chat/completions");
  });

  it("ends visibly where money for a further round is not there", async () => {
    const refused = gatewayError("budget_exceeded", "no more");
    using scene = open({ admit: async () => fail(refused) });
    scene.begin(scene.at(0));
    scene.at(0).sink.onData(searches("x"));
    await settle();
    assert.equal(scene.sent.length, 1);
    assert.deepEqual(kinds(scene.heard.text), ["server_tool_use", "web_search_tool_result"]);
    assert.equal(scene.heard.failures[0]?.error, refused);
    assert.equal(scene.heard.ends, 0);
  });

  it("sends nothing more for a client that has left", async () => {
    using scene = open({ isClientGone: () => true });
    scene.begin(scene.at(0));
    scene.at(0).sink.onData(searches("x"));
    await settle();
    assert.equal(scene.sent.length, 1);
    assert.equal(scene.heard.ends, 1);
  });

  it("says that a bug in a search broke the answer off", async () => {
    using scene = open({}, async () => {
      throw new Error("a bug");
    });
    scene.begin(scene.at(0));
    scene.at(0).sink.onData(searches("x"));
    await settle();
    assert.equal(scene.heard.failures[0]?.error.code, "internal");
  });
});
