import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  assertGatewayError,
  call,
  eventually,
  explain,
  finishedEvent,
  idOf,
} from "../fault/rig.ts";
import { makeKey, sessionToken, storeKey } from "../overflow/rig.ts";
import { json } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { messageJson, text } from "../upstream/messages.ts";

const CLAUDE = "anthropic.claude-sonnet-4-6";
/** A region of Bedrock's for each place, and the policy that demands the place. */
const REGIONS = {
  mumbai: { region: "ap-south-1", policy: "india_only", inside: CLAUDE },
  frankfurt: { region: "eu-central-1", policy: "eu_only", inside: `eu.${CLAUDE}` },
  virginia: { region: "us-east-1", policy: "us_only", inside: `us.${CLAUDE}` },
} as const;
type Name = keyof typeof REGIONS;
const NAMES = Object.keys(REGIONS) as readonly Name[];

/** A server that ends every connection at once, and counts them. */
class Door implements AsyncDisposable {
  connections = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer();
    this.#server.on("connection", (socket) => {
      this.connections += 1;
      socket.destroy();
    });
  }

  async open(): Promise<this> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return this;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }
}

describe("D-01 residency with everything in place down", () => {
  const scope = new AsyncDisposableStack();
  const doors = new Map<string, Door>();
  let gateway: Gateway;
  let known: Readonly<Record<string, number>> = {};

  before(async () => {
    for (const name of [...NAMES, "anthropic", "search", "groq"]) {
      doors.set(name, scope.use(await new Door().open()));
    }
    const url = (name: string) => doors.get(name)?.url ?? "";
    const bedrock = NAMES.map(
      (name) => `  ${name}:
    kind: bedrock
    url: ${url(name)}
    key: env:KEY
    aws: { region: ${REGIONS[name].region} }`,
    );
    const same = NAMES.map(
      (name) =>
        `    - { url: "${url(name)}", sameAs: "https://bedrock-runtime.${REGIONS[name].region}.amazonaws.com" }`,
    );
    const chains = NAMES.map(
      (name) =>
        `    ${name}/${REGIONS[name].inside}: [${name}/global.${CLAUDE}, groq/llama, claude-sonnet-4-6]`,
    );
    const config = `providers:
${bedrock.join("\n")}
  groq: { url: "${url("groq")}", key: env:KEY }
residency:
  endpoints:
    - { url: "${url("anthropic")}", sameAs: "https://api.anthropic.com" }
${same.join("\n")}
search: { provider: searxng, url: "${url("search")}" }
routing:
  retry: { repetitions: 0 }
  models:
    anywhere: { targets: [${NAMES.map((name) => `${name}/global.${CLAUDE}`).join(", ")}, groq/llama, claude-sonnet-4-6] }
  fallbacks:
${chains.join("\n")}
`;
    gateway = scope.use(
      await startGateway({ upstreamUrl: url("anthropic"), env: { KEY: "k-e-y" }, config }),
    );
    await storeKey(gateway, "sk-ant-api03-stored", { overflow: true });
  });
  after(async () => {
    await scope.disposeAsync();
  });
  const counts = () =>
    Object.fromEntries([...doors].map(([name, { connections }]) => [name, connections]));
  beforeEach(() => {
    known = counts();
  });
  /** Who was connected to since the test began. */
  const connected = () =>
    Object.entries(counts()).flatMap(([name, count]) => (count > (known[name] ?? 0) ? [name] : []));

  async function ask(model: string, policy: string, path = "/v1/messages", more: object = {}) {
    return await call(gateway, {
      path,
      headers: {
        authorization: `Bearer ${sessionToken()}`,
        "anthropic-version": "2023-06-01",
        "x-spillway-data-policy": policy,
      },
      body: JSON.stringify({
        model,
        max_tokens: 64,
        messages: [{ role: "user", content: "hello" }],
        ...more,
      }),
    });
  }

  for (const name of NAMES) {
    const { policy, inside } = REGIONS[name];
    const outside = [`${name}/global.${CLAUDE}`, "groq/llama", "claude-sonnet-4-6", "anywhere"];
    for (const path of ["/v1/messages", "/v1/messages/count_tokens"]) {
      it(`D-01: ${policy}, ${path}: what leads outside is refused, and nobody is connected to`, async () => {
        for (const model of outside) {
          assertGatewayError(await ask(model, policy, path), 403, "residency_refused");
        }
        assert.deepEqual(connected(), []);
      });

      it(`D-01: ${policy}, ${path}: a chain ends inside, though everything there is down`, async () => {
        const answer = await ask(`${name}/${inside}`, policy, path);
        assert.ok(answer.status >= 500, `${answer.status} ${answer.body.toString()}`);
        assert.deepEqual(connected(), [name]);
        const record = await finishedEvent(gateway, idOf(answer));
        assert.match(String(record["residency"]), new RegExp(`^${policy}; `));
      });
    }

    it(`D-01: ${policy}: a key's policy binds the key, its overflow and its lists`, async () => {
      const key = await makeKey(gateway, { mode: "overflow", data_policy: policy });
      const headers = { "x-spillway-key": key.secret, authorization: `Bearer ${sessionToken()}` };
      const body = JSON.stringify({
        model: "claude-sonnet-4-6",
        max_tokens: 8,
        messages: [{ role: "user", content: "hello" }],
      });
      const refused = await call(gateway, { path: "/v1/messages", headers, body });
      assertGatewayError(refused, 403, "residency_refused");
      assert.deepEqual(connected(), []);
      const list = await call(gateway, { method: "GET", path: "/v1/models", headers });
      if (policy === "us_only") {
        // Anthropic is asked there, as a request could say inference_geo.
        assert.deepEqual(connected(), ["anthropic"]);
      } else {
        assert.equal(list.status, 200, list.body.toString());
        assert.deepEqual(connected(), []);
      }
    });

    it(`D-01: ${policy}: no search goes outside either`, async () => {
      const search = { type: "web_search_20250305", name: "web_search" };
      await ask(`${name}/${inside}`, policy, "/v1/messages", { tools: [search] });
      assert.ok(!connected().includes("search"));
    });
  }

  it("D-01: a profile of which nothing is known satisfies no policy", async () => {
    for (const { policy } of Object.values(REGIONS)) {
      const answer = await ask(`mumbai/in.${CLAUDE}`, policy);
      assertGatewayError(answer, 403, "residency_refused");
    }
    assert.deepEqual(connected(), []);
  });
});

describe("D-01 an answer that was made elsewhere", () => {
  const scope = new AsyncDisposableStack();
  let upstream: AnthropicUpstream;
  let gateway: Gateway;
  before(async () => {
    upstream = scope.use(await startAnthropicUpstream());
    const config = `residency:\n  endpoints:\n    - { url: "${upstream.url}", sameAs: "https://api.anthropic.com" }\n`;
    gateway = scope.use(await startGateway({ upstreamUrl: upstream.url, config }));
  });
  after(async () => {
    await scope.disposeAsync();
  });

  for (const [servedIn, residency, alarms] of [
    ["us", "us_only; us", 0],
    ["global", "us_only; us; served in global", 1],
  ] as const) {
    it(`D-01: made in ${servedIn}: ${alarms} alarms, in the log, the metrics and the record`, async () => {
      upstream.reset();
      const message = messageJson({ content: [text("Hello.")] }, "claude-sonnet-4-6", "msg_1");
      const usage = { input_tokens: 3, output_tokens: 2, inference_geo: servedIn };
      upstream.on(() => true, json(200, { ...message, usage }));
      const earlier = await mismatches();
      const answer = await call(gateway, {
        path: "/v1/messages",
        headers: { authorization: `Bearer ${sessionToken()}`, "x-spillway-data-policy": "us_only" },
        body: JSON.stringify({
          model: "claude-sonnet-4-6",
          max_tokens: 8,
          inference_geo: "us",
          messages: [{ role: "user", content: "hello" }],
        }),
      });
      assert.equal(answer.status, 200);
      const record = await finishedEvent(gateway, idOf(answer));
      assert.equal(record["residency"], residency);
      assert.equal((await mismatches()) - earlier, alarms);
      const logged = () => gateway.stdout().includes('"residency.mismatch"');
      if (alarms > 0) await eventually(() => (logged() ? true : undefined), "the alarm in the log");
      else assert.equal(logged(), false);
      const why = JSON.stringify(await explain(gateway, idOf(answer)));
      assert.equal(why.includes("served in global"), alarms > 0);
    });
  }

  async function mismatches(): Promise<number> {
    const page = await call(gateway, { method: "GET", path: "/metrics" });
    const [, count = "0"] =
      /^spillway_residency_mismatch_total\{provider="anthropic"\} (\d+)$/m.exec(
        page.body.toString(),
      ) ?? [];
    return Number(count);
  }
});
