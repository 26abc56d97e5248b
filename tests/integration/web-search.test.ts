import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { issueKey } from "../clients/stored-key.ts";
import { at } from "../conformance/exchange.ts";
import {
  assertGatewayError,
  call,
  finishedEvent,
  type HttpAnswer,
  idOf,
  sendRaw,
} from "../fault/rig.ts";
import { json } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { chatApi } from "../upstream/chat.ts";
import { listAt, textAt } from "../upstream/model-api.ts";
import {
  openSearchBench,
  readStream,
  SEARCH_KEY,
  SEARCH_TOOL,
  searchCall,
  typesIn,
} from "./search-bench.ts";

const anything = (): boolean => true;
const LOOK = { name: "look", description: "Looks.", input_schema: { type: "object" } };

function jsonOf(answer: HttpAnswer): unknown {
  return JSON.parse(answer.body.toString());
}

function messageIn(answer: HttpAnswer, stream: boolean): unknown {
  return stream ? readStream(answer) : jsonOf(answer);
}

describe("web search for a model that has none", () => {
  for (const stream of [false, true]) {
    const how = stream ? "in a stream" : "in a whole answer";

    it(`is run by the gateway until the model answers, ${how}`, async () => {
      await using bench = await openSearchBench();
      bench.model.queue(
        anything,
        chatApi.answer({ text: "I will look.", calls: [searchCall("new things")] }),
        chatApi.answer({ text: "Much is new." }),
      );
      const answer = await bench.ask({
        stream,
        tool_choice: { type: "tool", name: "web_search" },
      });
      assert.equal(answer.status, 200, answer.body.toString());
      const message = messageIn(answer, stream);
      const [said, search, found, end] = listAt(message, "content");
      assert.deepEqual(typesIn(message), [
        "text",
        "server_tool_use",
        "web_search_tool_result",
        "text",
      ]);
      assert.equal(textAt(said, "text"), "I will look.");
      assert.equal(textAt(end, "text"), "Much is new.");
      assert.deepEqual(at(search, "input"), { query: "new things" });
      assert.equal(at(search, "name"), "web_search");
      assert.equal(at(found, "tool_use_id"), at(search, "id"));
      assert.match(textAt(search, "id"), /^srvtoolu_[a-zA-Z0-9_]+$/);
      assert.deepEqual(
        listAt(found, "content").map((page) => [
          at(page, "type"),
          at(page, "url"),
          at(page, "title"),
          at(page, "page_age"),
        ]),
        ["one.example", "two.example", "news.one.example"].map((host) => [
          "web_search_result",
          `https://${host}/page`,
          `The page of ${host}`,
          "2026-11-20",
        ]),
      );
      assert.equal(at(message, "stop_reason"), "end_turn");
      assert.deepEqual(at(message, "usage"), {
        input_tokens: 1200,
        cache_read_input_tokens: 800,
        output_tokens: 100,
        output_tokens_details: { thinking_tokens: 40 },
        server_tool_use: { web_search_requests: 1 },
      });
      assert.equal(answer.headers["x-spillway-lossy"], undefined);

      const [query] = bench.search.requests;
      assert.equal(bench.search.requests.length, 1);
      assert.equal(query?.target, "/sx/search?q=new+things&format=json");
      assert.equal(query.headers.authorization, `Bearer ${SEARCH_KEY}`);
      const [first, second] = bench.prompts();
      assert.equal(at(listAt(first, "tools")[0], "function", "name"), "web_search");
      assert.deepEqual(at(first, "tool_choice"), {
        type: "function",
        function: { name: "web_search" },
      });
      assert.equal(at(second, "tool_choice"), undefined);
      assert.deepEqual(at(second, "tools"), at(first, "tools"));
      const [, result] = listAt(second, "messages").slice(-2);
      assert.equal(at(result, "role"), "tool");
      assert.match(textAt(result, "content"), /what two\.example says/);
      assert.ok(!JSON.stringify(bench.prompts()).includes(SEARCH_KEY));

      const record = await bench.explain(answer);
      const attempts = listAt(record, "attempts");
      assert.deepEqual(
        attempts.map((attempt) => [at(attempt, "status"), at(attempt, "outcome")]),
        [
          [200, "ok"],
          [200, "ok"],
        ],
      );
      assert.match(textAt(record, "decision"), /1 web search by searxng/);
      assert.equal(record["usage_source"], "provider");
      const units = at(listAt(record, "units")[0], "units");
      assert.equal(at(units, "output"), 100);
      assert.equal(at(units, "input"), 1200);
      assert.equal(at(units, "webSearches"), undefined);
    });

    it(`runs beside the client's own tools, which the client gets, ${how}`, async () => {
      await using bench = await openSearchBench();
      bench.model.queue(
        anything,
        chatApi.answer({
          calls: [
            searchCall("one"),
            { id: "call_look", name: "look", input: { at: 1 } },
            searchCall("two", "call_2"),
          ],
        }),
      );
      const answer = await bench.ask({ stream, tools: [SEARCH_TOOL, LOOK] });
      const message = messageIn(answer, stream);
      assert.deepEqual(typesIn(message), [
        "server_tool_use",
        "web_search_tool_result",
        "tool_use",
        "server_tool_use",
        "web_search_tool_result",
      ]);
      assert.equal(at(message, "stop_reason"), "tool_use");
      assert.equal(at(message, "usage", "server_tool_use", "web_search_requests"), 2);
      assert.equal(bench.prompts().length, 1);
      assert.equal(bench.search.requests.length, 2);
    });

    it(`tells the model what went wrong, and goes on, ${how}`, async () => {
      const status = { slow: 429, long: 414, broken: 500 };
      await using bench = await openSearchBench({
        script: ({ target }) => {
          const query = new URL(target, "http://x").searchParams.get("q") ?? "";
          const found = Object.entries(status).find(([name]) => name === query);
          return { status: found?.[1] ?? 200, json: { results: [] } };
        },
      });
      const queries = [...Object.keys(status), "", "fine", "one more"];
      bench.model.queue(
        anything,
        chatApi.answer({
          calls: queries.map((query, index) => searchCall(query, `call_${index}`)),
        }),
        chatApi.answer({ text: "Nothing works." }),
      );
      const answer = await bench.ask({ stream, tools: [{ ...SEARCH_TOOL, max_uses: 4 }] });
      assert.equal(answer.status, 200);
      const message = messageIn(answer, stream);
      const results = listAt(message, "content").filter(
        (block) => at(block, "type") === "web_search_tool_result",
      );
      assert.deepEqual(
        results.map((block) => at(block, "content", "error_code") ?? at(block, "content")),
        [
          "too_many_requests",
          "query_too_long",
          "unavailable",
          "invalid_tool_input",
          [],
          "max_uses_exceeded",
        ],
      );
      assert.equal(at(results[0], "content", "type"), "web_search_tool_result_error");
      assert.equal(at(message, "usage", "server_tool_use", "web_search_requests"), 1);
      assert.equal(at(message, "stop_reason"), "end_turn");
      assert.match(JSON.stringify(bench.prompts()[1]), /The search failed: too_many_requests/);
      const { decision } = await bench.explain(answer);
      assert.match(
        String(decision),
        /4 web searches by searxng, 3 failed \(status 429, status 414, status 500\)/,
      );
    });

    it(`comes to an end with a model that searches for ever, ${how}`, async () => {
      await using bench = await openSearchBench();
      bench.model.on(anything, chatApi.answer({ calls: [searchCall("more")] }));
      const answer = await bench.ask({ stream });
      const message = messageIn(answer, stream);
      assert.equal(at(message, "stop_reason"), "pause_turn");
      assert.equal(bench.prompts().length, 10);
      assert.equal(at(bench.prompts()[9], "tool_choice"), "none");
      assert.equal(bench.search.requests.length, 9);
      const record = await bench.explain(answer);
      assert.equal(listAt(record, "attempts").length, 10);
    });

    it(`says it where the model fails after a search, and does not forget what it used, ${how}`, async () => {
      await using bench = await openSearchBench();
      bench.model.queue(
        anything,
        chatApi.answer({ calls: [searchCall("new things")] }),
        chatApi.failure(500, "server_error", "it broke"),
      );
      const answer = await bench.ask({ stream });
      if (stream) {
        assert.equal(answer.complete, false);
        assert.match(textAt(at(readStream(answer).error, "error"), "message"), /it broke/);
      } else assert.equal(answer.status, 502);
      const record = await bench.explain(answer);
      assert.equal(record["usage_source"], "estimated");
      assert.ok(Number(at(listAt(record, "units")[0], "units", "input")) >= 1600);
      assert.deepEqual(
        listAt(record, "attempts").map((attempt) => at(attempt, "status")),
        [200, 500],
      );
    });
  }

  it("is shown to each client in its own words", async () => {
    await using bench = await openSearchBench();
    const key = { authorization: "Bearer sk-of-a-caller", "x-goog-api-key": "a-key-of-a-caller" };
    const { secret } = await issueKey(bench.gateway, { name: "any client" });
    const said = [{ role: "user", content: "What is new?" }];
    const requests = {
      "/v1/responses": { model: "lab/a-model", input: said, tools: [{ type: "web_search" }] },
      "/v1beta/models/lab/a-model:generateContent": {
        contents: [{ role: "user", parts: [{ text: "What is new?" }] }],
        tools: [{ googleSearch: {} }],
      },
    };
    const shown: Record<string, unknown> = {};
    for (const [path, body] of Object.entries(requests)) {
      bench.model.queue(
        anything,
        chatApi.answer({ calls: [searchCall("new things")] }),
        chatApi.answer({ text: "Much is new." }),
      );
      const answer = await call(bench.gateway, {
        path,
        headers: { ...key, "x-spillway-key": secret },
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 200, `${path}: ${answer.body.toString()}`);
      assert.equal(answer.headers["x-spillway-lossy"], undefined, path);
      shown[path] = jsonOf(answer);
    }
    const [search, text] = listAt(shown["/v1/responses"], "output");
    assert.equal(at(search, "type"), "web_search_call");
    assert.equal(at(search, "status"), "completed");
    assert.equal(at(search, "action", "query"), "new things");
    assert.equal(listAt(at(search, "action"), "sources").length, 3);
    assert.equal(at(text, "type"), "message");
    const [candidate] = listAt(Object.values(shown)[1], "candidates");
    const grounding = at(candidate, "groundingMetadata");
    assert.deepEqual(at(grounding, "webSearchQueries"), ["new things"]);
    assert.equal(listAt(grounding, "groundingChunks").length, 3);
  });

  it("honours the domains and the place that the client names, as far as the provider can", async () => {
    await using bench = await openSearchBench();
    bench.model.on(anything, (request, serial) =>
      chatApi.answer(
        JSON.stringify(request.json()).includes('"tool"')
          ? { text: "Done." }
          : { calls: [searchCall("new things")] },
      )(request, serial),
    );
    const tool = {
      ...SEARCH_TOOL,
      allowed_domains: ["one.example"],
      blocked_domains: ["news.one.example"],
      user_location: { type: "approximate", country: "DE" },
    };
    const answer = await bench.ask({ tools: [tool] });
    const [, found] = listAt(jsonOf(answer), "content");
    assert.deepEqual(
      listAt(found, "content").map((page) => at(page, "url")),
      ["https://one.example/page"],
    );
    assert.match(bench.search.requests[0]?.target ?? "", /site%3Aone\.example/);
    assert.equal(answer.headers["x-spillway-lossy"], "tools[].web_search.user_location");
  });

  it("is told again, words and all, when it comes back in the conversation", async () => {
    await using bench = await openSearchBench();
    bench.model.queue(
      anything,
      chatApi.answer({ calls: [searchCall("new things")] }),
      chatApi.answer({ text: "Much is new." }),
      chatApi.answer({ text: "As I said." }),
    );
    const first = jsonOf(await bench.ask());
    await bench.ask({
      messages: [
        { role: "user", content: "What is new?" },
        { role: "assistant", content: at(first, "content") },
        { role: "user", content: "What else?" },
      ],
    });
    const said = JSON.stringify(listAt(bench.prompts()[2], "messages"));
    for (const part of ["new things", "https://two.example/page", "what two.example says"]) {
      assert.ok(said.includes(part), part);
    }
    assert.ok(!said.includes("spw1."));
  });

  it("is shown while it runs, and cancelled when the client leaves", async () => {
    await using slow = await startAnthropicUpstream();
    const never = new Promise<void>(() => {});
    slow.on(anything, json(200, {}, [], { beforeHead: never }));
    await using bench = await openSearchBench({ searchUrl: slow.url });
    bench.model.on(anything, chatApi.answer({ calls: [searchCall("new things")] }));
    const body = {
      model: "lab/a-model",
      max_tokens: 100,
      stream: true,
      messages: [{ role: "user", content: "What is new?" }],
      tools: [SEARCH_TOOL],
    };
    const fields = ["x-api-key: sk-ant-api03-x", "content-type: application/json"];
    const client = await sendRaw(bench.gateway, JSON.stringify(body), { fields });
    const query = await slow.waitForRequest(anything);
    assert.ok(await client.until((received) => received.includes("content_block_stop")));
    assert.match(client.text(), /server_tool_use/);
    client.reset();
    await slow.waitForEnd(query);
    assert.equal(query.ending, "peer_left");
    const record = await finishedEvent(bench.gateway, idOf(client.text()));
    assert.equal(record["finish"], "client_gone");
    assert.equal(bench.prompts().length, 1);
  });

  it("is kept from a request that a policy binds to a place, unless the operator vouches for it", async () => {
    const vouch = (url: string) =>
      `    - { url: "${url}", place: us, guarantee: contract, source: here, verified: 2026-11-01 }\n`;
    const bound = { "x-spillway-data-policy": "us_only" };
    await using bench = await openSearchBench({
      config: ({ model }) => `residency:\n  endpoints:\n${vouch(model)}`,
    });
    bench.model.on(anything, chatApi.answer({ text: "Hello." }));
    const refused = await bench.ask({}, bound);
    assertGatewayError(refused, 403, "residency_refused");
    assert.match(refused.body.toString(), /Web search is another provider's\. .*us_only/);
    assert.equal(bench.prompts().length, 0);
    const without = await bench.ask({ tools: [SEARCH_TOOL, LOOK] }, bound);
    assert.equal(without.status, 200);
    assert.equal(without.headers["x-spillway-lossy"], "tools[].web_search");
    assert.equal(bench.search.requests.length, 0);

    await using trusted = await openSearchBench({
      config: ({ model, search }) => `residency:\n  endpoints:\n${vouch(model)}${vouch(search)}`,
    });
    trusted.model.queue(
      anything,
      chatApi.answer({ calls: [searchCall("new things")] }),
      chatApi.answer({ text: "Done." }),
    );
    assert.equal((await trusted.ask({}, bound)).status, 200);
    assert.equal(trusted.search.requests.length, 1);
  });

  for (const stream of [true, false]) {
    it(`never runs beyond a budget, and what was used is charged, ${stream ? "in a stream" : "in a whole answer"}`, async () => {
      const price = (model: string) =>
        `  - { model: ${model}, input: "500", output: "500", cacheRead: "50" }\n`;
      await using bench = await openSearchBench({
        config: () => `prices:\n${price("a-model")}${price("lab/a-model")}`,
      });
      bench.model.on(anything, chatApi.answer({ calls: [searchCall("new things")] }));
      const { secret } = await issueKey(bench.gateway, { name: "small", budget: "0.5/day" });
      const answer = await bench.ask({ stream }, { "x-spillway-key": secret });
      if (stream) {
        assert.equal(answer.status, 200, answer.body.toString());
        assert.equal(answer.complete, false);
        const error = at(readStream(answer).error, "error");
        assert.match(textAt(error, "message"), /budget_exceeded/);
      } else assertGatewayError(answer, 429, "budget_exceeded");
      const rounds = bench.prompts().length;
      assert.ok(rounds >= 2 && rounds < 10, `${rounds} rounds`);
      const record = await bench.explain(answer);
      assert.equal(record["usage_source"], "estimated");
      assert.equal(listAt(record, "attempts").length, rounds);
      assert.equal(at(listAt(record, "units")[0], "units", "output"), 50 * rounds);
      assert.ok(Number(record["cost_nano_usd"]) > 0);
      const moved = listAt(record, "ledger").flatMap((transaction) => listAt(transaction, "lines"));
      const held = moved
        .filter((line) => textAt(line, "account").startsWith("held:"))
        .reduce<bigint>((sum, line) => sum + BigInt(textAt(line, "amount_nano_usd")), 0n);
      assert.ok(moved.length > 2 * rounds, "a reservation for each round");
      assert.equal(held, 0n);
    });
  }
});

describe("web search where nobody searches", () => {
  it("is refused for a request that is nothing without it", async () => {
    await using bench = await openSearchBench({ isConfigured: false });
    const kinds = ["web_search_20250305", "web_fetch_20250910", "code_execution_20250825"];
    for (const type of kinds) {
      const answer = await bench.ask({ tools: [{ type, name: "a_tool" }] });
      assertGatewayError(answer, 400, "not_translatable");
      const error = at(jsonOf(answer), "error");
      assert.equal(at(error, "type"), "invalid_request_error");
      const message = textAt(error, "message");
      assert.match(message, new RegExp(`a-model has no ${type}`));
      assert.equal(message.includes("search.provider"), type.startsWith("web_search"));
    }
    const forced = await bench.ask({
      tools: [SEARCH_TOOL, LOOK],
      tool_choice: { type: "tool", name: "web_search" },
    });
    assertGatewayError(forced, 400, "not_translatable");
    assert.equal(bench.prompts().length, 0);
  });

  it("is left out of a list with other tools, and named", async () => {
    await using bench = await openSearchBench({ isConfigured: false });
    bench.model.on(anything, chatApi.answer({ text: "Hello." }));
    const answer = await bench.ask({ tools: [SEARCH_TOOL, LOOK] });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["x-spillway-lossy"], "tools[].web_search");
  });
});
