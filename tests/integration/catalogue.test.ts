import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { at } from "../conformance/exchange.ts";
import { assertGatewayError, call } from "../fault/rig.ts";
import { makeKey } from "../overflow/rig.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";
import { runProgram } from "./program.ts";
import { startScriptedUpstream } from "./scripted-upstream.ts";

const scope = new AsyncDisposableStack();
let gateway: Gateway;
let team: Gateway;

before(async () => {
  const groq = scope.use(
    await startScriptedUpstream(() => ({
      json: { object: "list", data: [{ id: "llama-3.3-70b-versatile" }, { id: "nobody-knows-1" }] },
    })),
  );
  const config = `currency: { display: INR, rates: { INR: "90" } }
providers:
  groq: { url: "${groq.url}/openai/v1", key: env:KEY, fee: "5.5%" }
  bedrock:
    key: env:KEY
    aws: { region: eu-central-1 }
    models: [eu.anthropic.claude-opus-5-5, global.anthropic.claude-opus-5-5]
models:
  catalog:
    groq/nobody-knows-1: { context: 5000, output: 700, tools: true }
`;
  const options = { upstreamUrl: "http://127.0.0.1:9", env: { KEY: "k-e-y" } };
  gateway = scope.use(await startGateway({ ...options, config }));
  team = scope.use(
    await startGateway({ ...options, config: `${config}auth: { required: true }\n` }),
  );
});
after(() => scope.disposeAsync());

async function get(path: string, headers: Readonly<Record<string, string>> = {}, from = gateway) {
  const answer = await call(from, { method: "GET", path, headers });
  const body: unknown = JSON.parse(answer.body.toString());
  return { answer, body };
}

async function modelsOf(path: string, headers = {}, from = gateway) {
  const { answer, body } = await get(path, headers, from);
  assert.equal(answer.status, 200, answer.body.toString());
  const models = at(body, "models");
  assert.ok(Array.isArray(models));
  const found: readonly unknown[] = models;
  return new Map(found.map((model) => [String(at(model, "id")), model]));
}

describe("the catalogue", () => {
  it("S3-22, X-B6: has the dialect, limits, abilities, price and place of each model, with their sources", async () => {
    const models = await modelsOf("/v1/catalog");
    const opus = models.get("bedrock/eu.anthropic.claude-opus-5-5");
    assert.ok(isObject(opus));
    assert.equal(opus["dialect"], "anthropic");
    assert.equal(opus["context_length"], 1_000_000);
    assert.equal(opus["max_output_tokens"], 128_000);
    assert.deepEqual(opus["modalities"], { input: ["text", "image"], output: ["text"] });
    assert.equal(opus["reasoning"], true);
    assert.equal(at(opus, "pricing", "usd_per_mtok", "input"), "4.4");
    assert.equal(at(opus, "pricing", "inr_per_mtok", "output"), "1980");
    assert.match(String(at(opus, "pricing", "source")), /^https:/);
    assert.equal(at(opus, "residency", "place"), "eu");
    assert.match(String(at(opus, "residency", "verified")), /^\d{4}-/);
    assert.match(String(at(opus, "facts", "source")), /models\.dev/);
    assert.equal(opus["health"], "ok");
    const worldwide = models.get("bedrock/global.anthropic.claude-opus-5-5");
    assert.equal(at(worldwide, "pricing", "usd_per_mtok", "input"), "4");
    assert.equal(at(worldwide, "residency", "place"), "global");
  });

  it("S3-13: has what a provider takes on top in its prices", async () => {
    const llama = (await modelsOf("/v1/catalog")).get("groq/llama-3.3-70b-versatile");
    assert.equal(at(llama, "pricing", "usd_per_mtok", "input"), "0.62245");
    assert.match(String(at(llama, "pricing", "version")), /\*1\.055$/);
  });

  it("says what the operator knows, and what nobody does", async () => {
    const own = (await modelsOf("/v1/catalog")).get("groq/nobody-knows-1");
    assert.ok(isObject(own));
    assert.deepEqual(
      [own["context_length"], own["max_output_tokens"], own["tools"], own["pricing"]],
      [5_000, 700, true, null],
    );
    assert.deepEqual(own["residency"], { place: "unknown" });
    assert.equal(at(own, "facts", "source"), "configuration");
  });

  it("S3-20: tells of one name, listed or not, and of none that no provider is meant by", async () => {
    const id = "bedrock/us.anthropic.claude-sonnet-5";
    const one = (await modelsOf(`/v1/catalog?model=${id}`)).get(id);
    assert.equal(at(one, "listed"), false);
    assert.equal(at(one, "residency", "place"), "unknown");
    const nobody = await get("/v1/catalog?model=nothing-at-all");
    assertGatewayError(nobody.answer, 404, "not_found");
  });

  it("S4-12: compares what sellers take for one model, and lists the sellers", async () => {
    const { body } = await get("/v1/pricing/compare?model=claude-opus-5.5");
    const offers = at(body, "offers");
    assert.ok(Array.isArray(offers));
    const ids = offers.map((offer: unknown) => [
      at(offer, "id"),
      at(offer, "pricing", "usd_per_mtok", "input"),
    ]);
    assert.deepEqual(ids, [
      ["claude-opus-5-5", "4"],
      ["bedrock/global.anthropic.claude-opus-5-5", "4"],
      ["bedrock/eu.anthropic.claude-opus-5-5", "4.4"],
    ]);
    const providers = at((await get("/v1/providers")).body, "providers");
    assert.ok(Array.isArray(providers));
    assert.deepEqual(
      providers.map((provider: unknown) => at(provider, "id")),
      ["anthropic", "groq", "bedrock"],
    );
  });

  it("S3-20: shows a key its own models alone, and nothing without one in team mode", async () => {
    assertGatewayError((await get("/v1/catalog", {}, team)).answer, 401, "key_required");
    const key = await makeKey(team, { models: ["groq/*"] });
    const headers = { "x-spillway-key": key.secret };
    const ids = [...(await modelsOf("/v1/catalog", headers, team)).keys()];
    assert.deepEqual(ids, ["groq/llama-3.3-70b-versatile", "groq/nobody-knows-1"]);
    const hidden = await get("/v1/catalog?model=claude-opus-5-5", headers, team);
    assertGatewayError(hidden.answer, 404, "not_found");
  });

  it("S3-20, S3-52: models check says where a name leads, and what may have been meant", async () => {
    const check = async (...args: readonly string[]) =>
      await runProgram(["models", "check", ...args], {
        home: gateway.home,
        env: { SPILLWAY_DATA_DIR: gateway.dataDir },
      });
    const known = await check("bedrock/eu.anthropic.claude-opus-5-5");
    assert.equal(known.code, 0, known.err);
    assert.match(known.out, /can be reached/);
    assert.match(known.out, /goes to bedrock\/eu\.anthropic\.claude-opus-5-5/);
    assert.match(known.out, /1,000,000 in, 128,000 out/);
    assert.match(known.out, /\$4\.4 in, \$22 out/);
    assert.match(known.out, /processed in eu: the profile eu\. stays in its geography/);
    const mistyped = await check("groq/llama-3.3-70b-versatil", "--json");
    const told: unknown = JSON.parse(mistyped.out);
    assert.deepEqual(at(told, "near"), ["groq/llama-3.3-70b-versatile"]);
  });
});
