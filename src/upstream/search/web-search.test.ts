import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gatewayError } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import type { ResponseSink, Transport, UpstreamRequest } from "../transport/contract.ts";
import { openWebSearch, SEARCH_PROVIDERS, type SearchQuery } from "./index.ts";

const FLOW = { pause: () => {}, resume: () => {} };
const QUERY: SearchQuery = {
  text: "new things",
  allowedDomains: [],
  blockedDomains: [],
  country: undefined,
};

/** A transport that the test answers on. */
function scripted(answer: (sink: ResponseSink) => void) {
  const sent: UpstreamRequest[] = [];
  let aborts = 0;
  const transport: Transport = {
    send(request, sink) {
      sent.push(request);
      queueMicrotask(() => answer(sink));
      return { abort: () => void (aborts += 1) };
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return { transport, sent, aborts: () => aborts };
}

function whole(status: number, body: unknown) {
  return (sink: ResponseSink): void => {
    sink.onHead({ status, reason: "", headers: [] }, FLOW);
    sink.onData(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
    sink.onEnd();
  };
}

function open(
  provider: keyof typeof SEARCH_PROVIDERS,
  transport: Transport,
  more: { readonly timeoutMs?: number; readonly maxResults?: number } = {},
) {
  return openWebSearch({
    provider,
    definition: SEARCH_PROVIDERS[provider],
    baseUrl: "https://search.example/base",
    key: new Secret("a-key"),
    maxResults: 5,
    timeoutMs: 60_000,
    transport,
    ...more,
  });
}

const page = (url: string) => ({ url, title: url, content: "words" });
const never = new AbortController().signal;

describe("a search provider", () => {
  const limited = {
    ...QUERY,
    allowedDomains: ["a.org", "b.org"],
    blockedDomains: ["c.a.org"],
    country: "DE",
  };
  const WIRE = {
    searxng: {
      method: "GET",
      target:
        "/base/search?q=new+things+%28site%3Aa.org+OR+site%3Ab.org%29+-site%3Ac.a.org&format=json",
      key: "authorization: Bearer a-key",
      answer: {
        results: [{ url: "https://a.org/", title: "A", content: "words", publishedDate: "2026" }],
      },
    },
    brave: {
      method: "GET",
      target:
        "/base/web/search?q=new+things+%28site%3Aa.org+OR+site%3Ab.org%29+-site%3Ac.a.org&count=5&result_filter=web&text_decorations=false&country=DE",
      key: "x-subscription-token: a-key",
      answer: {
        web: {
          results: [
            {
              url: "https://a.org/",
              title: "A",
              description: "<strong>words</strong>",
              page_age: "2026",
            },
          ],
        },
      },
    },
    tavily: {
      method: "POST",
      target: "/base/search",
      key: "authorization: Bearer a-key",
      body: {
        query: "new things",
        max_results: 5,
        include_domains: ["a.org", "b.org"],
        exclude_domains: ["c.a.org"],
      },
      answer: {
        results: [{ url: "https://a.org/", title: "A", content: "words", published_date: "2026" }],
      },
    },
    exa: {
      method: "POST",
      target: "/base/search",
      key: "x-api-key: a-key",
      body: {
        query: "new things",
        type: "auto",
        numResults: 5,
        includeDomains: ["a.org", "b.org"],
        excludeDomains: ["c.a.org"],
        userLocation: "DE",
        contents: { text: { maxCharacters: 1_500 } },
      },
      answer: {
        results: [{ url: "https://a.org/", title: "A", text: "words", publishedDate: "2026" }],
      },
    },
  } as const;

  for (const [id, wire] of Object.entries(WIRE)) {
    it(`is asked and read in its own format: ${id}`, async () => {
      const provider = Object.keys(SEARCH_PROVIDERS).find((name) => name === id);
      assert.ok(
        provider === "searxng" ||
          provider === "brave" ||
          provider === "tavily" ||
          provider === "exa",
      );
      const { transport, sent } = scripted(whole(200, wire.answer));
      const found = await open(provider, transport).search(limited, never);
      assert.deepEqual(found, {
        ok: true,
        value: [{ url: "https://a.org/", title: "A", snippet: "words", age: "2026" }],
      });
      const [request] = sent;
      assert.equal(request?.method, wire.method);
      assert.equal(request.target, wire.target);
      const { headers, body } = request;
      const fields = headers.flatMap((name, at) =>
        at % 2 === 0 ? [`${name}: ${headers[at + 1]}`] : [],
      );
      assert.ok(fields.includes(wire.key));
      const asked: unknown = Buffer.isBuffer(body) ? JSON.parse(body.toString()) : undefined;
      assert.deepEqual(asked, "body" in wire ? wire.body : undefined);
    });
  }

  it("leaves out pages that the limits forbid, and what is no page of the web", async () => {
    const urls = [
      "https://a.org/blog/one",
      "https://www.a.org/blog/two",
      "https://a.org/shop",
      "https://nota.org/blog",
      "https://x.a.org/blog",
      "javascript:alert(1)",
      "",
    ];
    const { transport } = scripted(whole(200, { results: urls.map(page) }));
    const query = { ...QUERY, allowedDomains: ["a.org/blog"], blockedDomains: ["x.a.org"] };
    const found = await open("tavily", transport).search(query, never);
    assert.deepEqual(found.ok && found.value.map(({ url }) => url), urls.slice(0, 2));
  });

  it("says why there is nothing, in the words that clients know", async () => {
    for (const [status, code] of [
      [429, "too_many_requests"],
      [414, "query_too_long"],
      [401, "unavailable"],
      [302, "unavailable"],
      [500, "unavailable"],
    ] as const) {
      const { transport } = scripted(whole(status, {}));
      const found = await open("searxng", transport).search(QUERY, never);
      assert.deepEqual(found, { ok: false, error: { code, reason: `status ${status}` } });
    }
    const broken = scripted(whole(200, "<html>"));
    const found = await open("searxng", broken.transport).search(QUERY, never);
    assert.equal(found.ok ? "" : found.error.code, "unavailable");
    const lost = scripted((sink) =>
      sink.onFailure({
        error: gatewayError("upstream_reset", "lost"),
        beforeResponse: true,
        onReusedConnection: false,
      }),
    );
    const failure = await open("searxng", lost.transport).search(QUERY, never);
    assert.equal(failure.ok ? "" : failure.error.reason, "upstream_reset");
  });

  it("is not asked what it would refuse", async () => {
    const { transport, sent } = scripted(whole(200, {}));
    const search = open("brave", transport);
    const long = await search.search({ ...QUERY, text: "x".repeat(401) }, never);
    const empty = await search.search({ ...QUERY, text: "  " }, never);
    assert.equal(long.ok ? "" : long.error.code, "query_too_long");
    assert.equal(empty.ok ? "" : empty.error.code, "invalid_tool_input");
    assert.equal(sent.length, 0);
  });

  it("is let go of when it takes too long, says too much, or nobody waits any more", async () => {
    const slow = scripted(() => {});
    const late = await open("searxng", slow.transport, { timeoutMs: 5 }).search(QUERY, never);
    assert.equal(late.ok ? "" : late.error.reason, "it took too long");
    const loud = scripted((sink) => sink.onData(Buffer.alloc(3 * 2 ** 20)));
    const large = await open("searxng", loud.transport).search(QUERY, never);
    assert.equal(large.ok ? "" : large.error.reason, "its answer is too large");
    const quiet = scripted(() => {});
    const leaving = new AbortController();
    const waiting = open("searxng", quiet.transport).search(QUERY, leaving.signal);
    leaving.abort();
    assert.equal((await waiting).ok, false);
    assert.deepEqual([slow.aborts(), loud.aborts(), quiet.aborts()], [1, 1, 1]);
    assert.equal((await open("searxng", quiet.transport).search(QUERY, leaving.signal)).ok, false);
    assert.equal(quiet.sent.length, 1);
  });

  it("is asked once more where a kept connection had just been closed", async () => {
    let tries = 0;
    const { transport } = scripted((sink) => {
      tries += 1;
      if (tries > 1) whole(200, { results: [page("https://a.org/")] })(sink);
      else {
        const error = gatewayError("upstream_reset", "lost");
        sink.onFailure({ error, beforeResponse: true, onReusedConnection: true });
      }
    });
    const found = await open("searxng", transport).search(QUERY, never);
    assert.equal(found.ok && found.value.length, 1);
    assert.equal(tries, 2);
  });

  it("gives no more pages than were asked for", async () => {
    const urls = Array.from({ length: 9 }, (_, at) => `https://a.org/${at}`);
    const { transport } = scripted(whole(200, { results: urls.map(page) }));
    const found = await open("searxng", transport, { maxResults: 3 }).search(QUERY, never);
    assert.equal(found.ok && found.value.length, 3);
  });
});
