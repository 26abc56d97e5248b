import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { call, events, finishedEvent, idOf } from "../fault/rig.ts";
import { json } from "../upstream/answer.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import {
  ask,
  type Bench,
  bodyFor,
  CURSOR_KEY,
  LITELLM_KEY,
  line,
  openBench,
  session,
  tell,
} from "./rig.ts";

type Upstream = "anthropic" | "litellm" | "composer";

const PATHS = ["/v1/messages?beta=true", "/v1/messages/count_tokens?beta=true"] as const;
/** Digits, escapes and an order that a rewritten body would lose (S1-158). */
const ODD = `"metadata":{"n":12345678901234567890,"u":"\\u00e9 \u00e9","e":1.0},"z":[ 1 , 2 ]`;

const odd = (model: string): string =>
  `{ "max_tokens":64, "model" : "${model}" ,${ODD},"messages":[{"role":"user","content":"hi"}] }`;

describe("claude-router's dispatch", () => {
  let bench: Bench;
  const below = session();
  const above = session();

  before(async () => {
    bench = await openBench();
    await tell(bench, below, { fiveHour: 0.89, sevenDay: 0.89, overage: 0.79 });
    await tell(bench, above, { sevenDay: 0.9 });
  });

  after(async () => {
    await bench[Symbol.asyncDispose]();
  });

  const seenBy = (upstream: Upstream) => bench[upstream].requests.length;

  function credentialsOf(seen: RecordedRequest): readonly string[] {
    return ["authorization", "x-api-key", "cookie"].flatMap((name) => seen.headers(name));
  }

  // Id, model, at the threshold, upstream, the model there, reason.
  const table: readonly [string, string, boolean, "anthropic" | "litellm", string, string][] = [
    ["S1-084", "claude-opus-4-8", false, "anthropic", "claude-opus-4-8", "anthropic-passthrough"],
    [
      "S1-085",
      "claude-sonnet-4-6",
      false,
      "anthropic",
      "claude-sonnet-4-6",
      "anthropic-passthrough",
    ],
    ["S1-086", "claude-haiku-4-5", false, "anthropic", "claude-haiku-4-5", "anthropic-passthrough"],
    ["S1-087", "claude-opus-4-8", true, "litellm", "claude-opus-4-7", "redirect-opus"],
    ["S1-088", "claude-sonnet-4-9", true, "litellm", "claude-sonnet-4-6", "redirect-sonnet"],
    ["S1-089", "claude-3-5-haiku", true, "litellm", "claude-haiku-4-5", "redirect-haiku"],
    ["S1-090", "claude-fable-5", true, "litellm", "claude-fable-5", "redirect-unknown-tier"],
    ["S1-092", "gpt-5", false, "litellm", "gpt-5", "non-claude-model"],
    ["S1-092", "gemini-3.1-pro", true, "litellm", "gemini-3.1-pro", "non-claude-model"],
  ];
  for (const [id, model, isFull, upstream, sent, reason] of table) {
    for (const path of PATHS) {
      it(`${id}, S1-106, S1-122, S1-154, S1-155, S1-158: ${model} ${isFull ? "at" : "below"} the threshold, ${path}`, async () => {
        const known = seenBy(upstream);
        const other = upstream === "litellm" ? "anthropic" : "litellm";
        const others = seenBy(other);
        const token = isFull ? above : below;
        const answer = await ask(bench, {
          token,
          path,
          body: odd(model),
          headers: upstream === "litellm" ? { "x-api-key": "sk-ant-api03-x", cookie: "a=b" } : {},
        });
        assert.equal(answer.status, 200, answer.body.toString());
        assert.equal(seenBy(other), others);
        const seen = bench[upstream].requests[known];
        assert.ok(seen);
        assert.equal(seenBy(upstream), known + 1);
        assert.equal(seen.target, path);
        assert.equal(seen.body.toString(), odd(sent));
        assert.equal(seen.header("anthropic-version"), "2023-06-01");
        assert.equal(
          seen.header("anthropic-beta"),
          "oauth-2025-04-20,fine-grained-tool-streaming-2025-05-14",
        );
        const own = upstream === "litellm" ? `Bearer ${LITELLM_KEY}` : `Bearer ${token}`;
        assert.deepEqual(credentialsOf(seen), [own]);
        const rewrite = sent === model ? "" : ` rewrite=${sent}`;
        await line(
          bench,
          new RegExp(
            `^\\[proxy\\] dispatch: ${upstream} reason=${reason} model=${model}${rewrite}$`,
          ),
        );
      });
    }
  }

  it("S1-065, S1-083, X-R2: a pick of the picker's is told by both its names", async () => {
    const picked = "claude-router-gemini-3.2[1m]";
    const known = seenBy("litellm");
    await ask(bench, { token: below, body: odd(picked) });
    assert.equal(bench.litellm.requests[known]?.body.toString(), odd("gemini-3.2"));
    await line(bench, /^\[proxy\] demap: claude-router-gemini-3\.2\[1m\] -> gemini-3\.2$/);
    await line(bench, /^\[proxy\] dispatch: litellm reason=non-claude-model model=gemini-3\.2$/);
  });

  it("X-R2: a merged list of models is told by its sizes", async () => {
    const model = (id: string) => ({ type: "model", id, display_name: id });
    const list = (...ids: string[]) => json(200, { data: ids.map(model), has_more: false });
    bench.anthropic.queue("models", list("claude-opus-4-8"));
    bench.litellm.queue("models", list("claude-opus-4-8", "gemini-3.1-pro", "gpt-5"));
    const headers = { authorization: `Bearer ${below}`, "anthropic-version": "2023-06-01" };
    const path = "/v1/models?limit=1000";
    const answer = await call(bench.gateway, { method: "GET", path, headers });
    assert.equal(answer.status, 200, answer.body.toString());
    await line(bench, /^\[proxy\] models-list: anthropic=1 litellm=3 composer=1 merged=4$/);
  });

  it("S1-155: LiteLLM's answer reaches the client as it is, and its record says why", async () => {
    const answer = await ask(bench, { token: above });
    assert.match(answer.body.toString(), /LiteLLM's\./);
    assert.match(answer.body.toString(), /"model":"claude-opus-4-7"/);
    assert.equal(answer.headers["x-spillway-provider"], "litellm");
    assert.equal(answer.headers["x-spillway-upstream-mode"], "fallback");
    const record = await finishedEvent(bench.gateway, idOf(answer));
    assert.equal(record["provider"], "litellm");
    assert.equal(record["book"], "api");
    assert.equal(record["mode"], "fallback");
  });

  for (const [id, body] of [
    ["S1-117", "{ this is not JSON"],
    ["S1-117", "[1,2]"],
    ["S1-093, C-12", '{"max_tokens":1,"messages":[]}'],
    ["S1-093, C-12", '{"model":7,"messages":[]}'],
  ] as const) {
    for (const path of PATHS) {
      it(`${id}: ${body} goes to Anthropic as it came, even over the threshold, ${path}`, async () => {
        const known = seenBy("anthropic");
        const others = seenBy("litellm");
        await ask(bench, { token: above, path, body });
        assert.equal(seenBy("litellm"), others);
        const seen = bench.anthropic.requests[known];
        assert.equal(seen?.body.toString(), body);
        await line(bench, /^\[proxy\] dispatch: anthropic reason=parse-failed-fail-safe model=-$/);
      });
    }
  }

  it("S1-042, S1-043, S1-046, S1-047, S1-091: a composer model goes to Composer in its dialect", async () => {
    for (const token of [below, above]) {
      const known = bench.composer.requests.length;
      const answer = await ask(bench, { token, model: "composer-2.5", path: "/v1/messages?a=b" });
      assert.equal(answer.status, 200, answer.body.toString());
      assert.match(answer.body.toString(), /"type":"message".*Composed\./);
      const seen = bench.composer.requests[known];
      assert.ok(seen);
      assert.equal(`${seen.method} ${seen.target}`, "POST /opencodev2/v1/chat/completions");
      assert.equal(seen.headers.authorization, `Bearer ${CURSOR_KEY}`);
      assert.equal(seen.headers["x-api-key"], undefined);
      assert.equal(seen.headers.cookie, undefined);
      assert.doesNotMatch(JSON.stringify(seen), /sk-ant/);
    }
    await line(bench, /^\[proxy\] dispatch: composer model=composer-2\.5 stream=false$/);
  });

  it("S1-053: a Composer model's tokens are estimated here", async () => {
    const known = bench.composer.requests.length;
    const path = "/v1/messages/count_tokens";
    const answer = await ask(bench, { token: below, model: "composer-2.5", path });
    assert.equal(answer.status, 200, answer.body.toString());
    assert.match(answer.body.toString(), /^\{"input_tokens":\d+\}$/);
    assert.equal(answer.headers["x-spillway-usage-source"], "estimated");
    assert.equal(bench.composer.requests.length, known);
  });

  it("estimates what LiteLLM does not count", async () => {
    bench.litellm.queue("count_tokens", json(404, { detail: "Not Found" }));
    const path = "/v1/messages/count_tokens";
    const answer = await ask(bench, { token: above, model: "gpt-5", path });
    assert.equal(answer.status, 200, answer.body.toString());
    assert.match(answer.body.toString(), /^\{"input_tokens":\d+\}$/);
    assert.equal(answer.headers["x-spillway-usage-source"], "estimated");
  });

  it("S1-016, S1-050: neither LiteLLM's answers nor Composer's say anything of the plan", async () => {
    const quota = await bench.gateway.api("/me/quota");
    bench.litellm.queue(
      "plain",
      json(200, { type: "message" }, ["anthropic-ratelimit-unified-5h-utilization", "0.01"]),
    );
    await ask(bench, { token: above });
    await ask(bench, { token: above, model: "composer-2.5" });
    assert.deepEqual(windowsOf(await bench.gateway.api("/me/quota")), windowsOf(quota));
  });

  it("S1-095: other endpoints go to Anthropic, whatever model they name", async () => {
    const others = seenBy("litellm");
    const path = "/v1/messages/batches";
    await ask(bench, { token: above, path, body: bodyFor("gpt-5") });
    assert.equal(bench.anthropic.requests.at(-1)?.target, path);
    assert.equal(seenBy("litellm"), others);
    await line(bench, /^\[proxy\] dispatch: anthropic reason=non-body-bearing model=-$/);
  });

  it("S1-083: a picker's name is read as the real one, and only the name is changed in the body", async () => {
    for (const path of PATHS) {
      const known = seenBy("litellm");
      const answer = await ask(bench, {
        token: below,
        path,
        body: odd("claude-router-gpt-5-nano"),
      });
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal(bench.litellm.requests[known]?.body.toString(), odd("gpt-5-nano"));
      await line(bench, /^\[proxy\] dispatch: litellm reason=non-claude-model model=gpt-5-nano$/);
    }
    const known = bench.composer.requests.length;
    await ask(bench, { token: above, model: "claude-router-composer-2.5" });
    assert.equal(bench.composer.requests.length, known + 1);
  });

  it("C-13, S1-071: the 1M window's beta and suffix stay with Anthropic", async () => {
    const headers = { "anthropic-beta": "context-1m-2025-08-07,oauth-2025-04-20" };
    await ask(bench, { token: above, model: "claude-opus-4-8[1m]", headers });
    const redirected = bench.litellm.requests.at(-1);
    assert.deepEqual(redirected?.json(), JSON.parse(bodyFor("claude-opus-4-7")));
    await ask(bench, { token: above, model: "claude-fable-5[1m]", headers });
    assert.deepEqual(bench.litellm.requests.at(-1)?.json(), JSON.parse(bodyFor("claude-fable-5")));
    assert.equal(bench.litellm.requests.at(-1)?.header("anthropic-beta"), "oauth-2025-04-20");
  });

  it("S1-052, S1-118: what goes wrong elsewhere is told in Anthropic's words, and the process lives", async () => {
    bench.litellm.queue("plain", json(401, { error: { message: `no: ${LITELLM_KEY}` } }));
    const refused = await ask(bench, { token: above });
    assert.equal(refused.status, 403);
    assert.match(refused.body.toString(), /"type":"error".*stored_key_refused/);
    assert.ok(!refused.body.toString().includes(LITELLM_KEY));
    bench.litellm.queue("plain", json(429, { error: { message: "slow down" } }));
    assert.equal((await ask(bench, { token: above })).status, 429);
    assert.ok((await events(bench.gateway)).length > 0);
  });
});

function windowsOf(page: unknown): string {
  return JSON.stringify(page).replaceAll(/"(?:observed_at|resets_in_seconds)":[^,}]+/g, "");
}

describe("upstreams that are down", () => {
  it("S1-118: each of them is a 502 of its own, and the process lives", async () => {
    const dead = "http://127.0.0.1:9";
    await using bench = await openBench({ env: { LITELLM_URL: dead, COMPOSER_API_URL: dead } });
    const token = session();
    for (const model of ["gpt-5", "composer-2.5"]) {
      const answer = await ask(bench, { token, model });
      assert.equal(answer.status, 502, answer.body.toString());
      assert.match(answer.body.toString(), /"type":"error"/);
    }
    assert.equal((await ask(bench, { token })).status, 200);
  });
});

describe("what is not configured", () => {
  it("S1-005, S1-051, C-07: without LITELLM_URL everything but Composer's goes to Anthropic", async () => {
    await using bench = await openBench({ env: { LITELLM_URL: undefined } });
    const token = session();
    await tell(bench, token, { sevenDay: 1 });
    for (const model of ["claude-opus-4-8", "gpt-5"]) {
      assert.equal((await ask(bench, { token, model })).status, 200);
      assert.deepEqual(bench.anthropic.requests.at(-1)?.json(), JSON.parse(bodyFor(model)));
    }
    assert.equal((await ask(bench, { token, model: "composer-2.5" })).status, 200);
    assert.equal(bench.composer.requests.length, 1);
    assert.equal(bench.litellm.requests.length, 0);
  });

  it("S1-041, C-07: without CURSOR_API_KEY a composer model is LiteLLM's", async () => {
    await using bench = await openBench({ env: { CURSOR_API_KEY: undefined } });
    await ask(bench, { token: session(), model: "composer-2.5" });
    assert.equal(bench.composer.requests.length, 0);
    assert.deepEqual(bench.litellm.requests.at(-1)?.json(), JSON.parse(bodyFor("composer-2.5")));
  });
});
