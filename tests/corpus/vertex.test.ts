import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { provider } from "../../src/upstream/providers/vertex/index.ts";
import { type Exchange, isRecord, textAt } from "../conformance/exchange.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { noCorpus, pairs } from "./openai-chat-exchanges.ts";

const PLACE = "/v1/projects/fantasy-playground-472418/locations/us-east5";
const MODEL = "claude-3-7-sonnet@20250219";
const ANTHROPICS = MODEL.replace("@", "-");

describe("Claude on Vertex, as recorded", { skip: noSharedRecordings }, () => {
  let upstream: AnthropicUpstream;
  let gateway: Gateway;
  const scope = new AsyncDisposableStack();
  before(async () => {
    upstream = scope.use(await startAnthropicUpstream());
    gateway = scope.use(
      await startGateway({
        upstreamUrl: "http://127.0.0.1:9",
        env: { GOOGLE_OAUTH_ACCESS_TOKEN: "ya29.recorded" },
        config: `providers:\n  vertex:\n    url: ${upstream.url}\n    gcp: { project: fantasy-playground-472418, location: us-east5 }\n`,
      }),
    );
  });
  after(async () => {
    await scope.disposeAsync();
  });

  const exchanges = noSharedRecordings === false ? corpusExchanges("vertex-rawpredict") : [];
  /** Plays a recorded answer, asks, and gives the answer's text. */
  const ask = async ({ response }: Exchange, path: string, body: string): Promise<string> => {
    upstream.reset();
    upstream.on(
      () => true,
      () => ({
        status: response.status ?? 200,
        headers: response.headers,
        pieces: [response.body],
        stream: false,
        delivery: {},
      }),
    );
    const answer = await fetch(`${gateway.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": "sk-ant-api03-any" },
      body,
    });
    assert.equal(answer.status, response.status);
    return await answer.text();
  };
  const assertAsked = ({ request }: Exchange): void => {
    const [sent] = upstream.requests;
    assert.equal(sent?.target, request.target);
    assert.deepEqual(sent.json(), JSON.parse(request.body.toString()));
    assert.equal(sent.header("authorization"), "Bearer ya29.recorded");
  };

  for (const exchange of exchanges) {
    it(`is asked from Anthropic's own API as it was in ${exchange.name}`, async () => {
      const { anthropic_version: _, ...body } = bodyOf(exchange);
      const model = `vertex/${ANTHROPICS}`;
      const told = await ask(exchange, "/v1/messages", JSON.stringify({ model, ...body }));
      assertAsked(exchange);
      const recorded = exchange.response.body.toString();
      assert.equal(told, recorded.replace(`"model":"${ANTHROPICS}"`, `"model":"${model}"`));
    });

    it(`is asked from its own shape as it was in ${exchange.name}, and answers byte for byte`, async () => {
      const path = exchange.request.target;
      const told = await ask(exchange, `/vertex${path}`, exchange.request.body.toString());
      assertAsked(exchange);
      assert.equal(told, exchange.response.body.toString());
    });
  }

  it("has seen all of them", () => {
    assert.ok(exchanges.length >= 10, String(exchanges.length));
    for (const { request } of exchanges) {
      assert.ok(request.target.startsWith(`${PLACE}/publishers/anthropic/models/${MODEL}:`));
    }
  });
});

function bodyOf({ request }: Exchange): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(request.body.toString());
  assert.ok(isRecord(body));
  return body;
}

/** Where the bytes that Vertex gets say otherwise than a peer, and why. */
const KEPT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  request__messages__reasoning__to__vertex: {
    output_format: "the client's own, which is Vertex's to refuse; the peer drops it",
    messages: "the scope of a cache mark stays; the peer drops it",
  },
};

describe("requests for Vertex beside a peer's", { skip: noCorpus }, () => {
  const found =
    noCorpus === false ? pairs(/^request__(?:count-tokens|messages)__.*__to__vertex\.json$/) : [];
  for (const { name, input, peer } of found) {
    it(`says ${name} as the peer does, and keeps the rest`, () => {
      const isCount = name.includes("count-tokens");
      const model = textAt(input, "model") ?? "";
      const { shape } = provider.dialectFor(model.replace("anthropic.", ""));
      const shaped = shape?.toCloud({
        method: "POST",
        target: isCount ? "/v1/messages/count_tokens" : "/v1/messages",
        headers: [],
        body: Buffer.from(JSON.stringify(input)),
      });
      assert.ok(shaped?.ok);
      const said: unknown = JSON.parse((shaped.value.body ?? "").toString());
      assert.ok(isRecord(said) && isRecord(peer));
      const kept = KEPT[name] ?? {};
      const names = new Set([...Object.keys(said), ...Object.keys(peer)]);
      const different = [...names].filter((each) => !isSame(said[each], peer[each]));
      // The peer's operator names another model for a count.
      const expected = isCount ? ["model"] : Object.keys(kept);
      assert.deepEqual(different.toSorted(), expected.toSorted());
      if (isCount) assert.equal(said["model"], "claude-3-5-sonnet@20241022");
    });
  }
  it("has seen all of them", () => assert.equal(found.length, 9));
});

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** The order of members means nothing to a peer that rebuilds them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).toSorted();
  return names.map((name) => [name, sorted(value[name])]);
}
