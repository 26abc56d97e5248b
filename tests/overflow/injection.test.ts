import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { call, type HttpAnswer, PLAIN_BODY, startTestGateway } from "../fault/rig.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { openBooks } from "./books.ts";
import { control, type MadeKey, makeKey, me } from "./rig.ts";

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let owner: MadeKey;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url, { config: "auth:\n  required: true" }));
  owner = await makeKey(gateway);
});

after(() => scope.disposeAsync());

/** What turns into code, a path or a pattern somewhere, if anything lets it. */
const STRINGS = [
  "' OR '1'='1",
  '" OR ""="',
  "'; DROP TABLE virtual_key; --",
  "1) UNION SELECT hashes FROM virtual_key --",
  "%' OR name LIKE '%",
  "*",
  "%",
  "_",
  "\\",
  "$(touch pwned)",
  "`id`",
  "${jndi:ldap://127.0.0.1/a}",
  "{{7*7}}",
  '{"$gt":""}',
  "../../../etc/passwd",
  "..%2f..%2fetc%2fpasswd",
  "<script>alert(1)</script>",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "NaN",
  "0",
  "-1",
  "true",
  "a".repeat(3_000),
] as const;

/** What two servers may read as different paths is refused before it is looked up. */
const AMBIGUOUS: ReadonlySet<string> = new Set(["\\", "../../../etc/passwd"]);

const FIELDS = [
  ["x-spillway-key", ""],
  ["x-spillway-key", "spw-"],
  ["authorization", "Bearer spw-"],
  ["x-api-key", "spw-"],
  ["x-goog-api-key", "spw-"],
  ["x-br-api-key", ""],
  ["x-bf-vk", ""],
  ["x-litellm-api-key", ""],
  ["x-portkey-api-key", ""],
] as const;

/** All of an answer but what is different each time. */
function shapeOf({ status, reason, headers, body }: HttpAnswer): unknown {
  const names = Object.keys(headers).toSorted();
  return {
    status,
    reason,
    names,
    type: headers["content-type"],
    retry: headers["x-should-retry"],
    body: body.toString().replaceAll(/spx_[0-9a-z]{26}/g, "id"),
  };
}

describe("A-03: credentials are compared, never run", () => {
  for (const [field, prefix] of FIELDS) {
    it(`A-03: whatever stands in ${field} behind "${prefix}" gets the one answer for an unknown key`, async () => {
      upstream.reset();
      const unknown = shapeOf(
        await call(gateway, {
          body: PLAIN_BODY,
          headers: { [field]: `${prefix}${"0".repeat(49)}` },
        }),
      );
      assert.match(JSON.stringify(unknown), /"status":401.*\(key_unknown\)/);
      for (const string of STRINGS) {
        const answer = await call(gateway, {
          body: PLAIN_BODY,
          headers: { [field]: `${prefix}${string}` },
        });
        assert.deepEqual(shapeOf(answer), unknown, string);
        const own = await call(gateway, {
          method: "GET",
          path: "/me",
          headers: { [field]: `${prefix}${string}` },
        });
        assert.deepEqual(shapeOf(own), unknown, string);
      }
      assert.equal(upstream.requests.length, 0);
    });
  }
});

const nothingThere = async (method: string, path: string) => {
  const answer = await me(gateway, owner.secret, method, path, method === "PATCH" ? {} : undefined);
  return { status: answer.status, text: answer.text.replaceAll(/spx_[0-9a-z]{26}/g, "id") };
};

describe("A-03: ids are looked up, never run", () => {
  for (const [method, start, rest] of [
    ["GET", "/me/keys/", ""],
    ["PATCH", "/me/keys/", ""],
    ["DELETE", "/me/keys/", ""],
    ["POST", "/me/keys/", "/rotate"],
    ["GET", "/me/byok/", ""],
    ["DELETE", "/me/byok/", ""],
    ["POST", "/me/byok/", "/test"],
    ["GET", "/me/usage?key=", ""],
    ["GET", "/me/activity?key=", ""],
    ["GET", "/me/activity/events?key=", ""],
    ["GET", "/me/budget?key=", ""],
    ["GET", "/me?organisation=", ""],
  ] as const) {
    it(`A-03: ${method} ${start}…${rest} answers 404 in one shape`, async () => {
      const unknown = await nothingThere(method, `${start}nobody${rest}`);
      assert.equal(unknown.status, 404);
      const ambiguous = await nothingThere("GET", "/me/keys/..");
      assert.equal(ambiguous.status, 400);
      for (const string of STRINGS) {
        const path = `${start}${encodeURIComponent(string)}${rest}`;
        const isAmbiguous = !path.includes("?") && AMBIGUOUS.has(string);
        const expected = isAmbiguous ? ambiguous : unknown;
        assert.deepEqual(await nothingThere(method, path), expected, string);
      }
    });
  }

  for (const path of [
    "/me/usage?by=",
    "/me/usage?from=",
    "/me/activity/events?before=",
    "/me/activity/events?after=",
    "/me/activity/events?limit=",
  ]) {
    it(`A-03: GET ${path}… answers 400 and repeats nothing`, async () => {
      for (const string of STRINGS.filter((text) => text.length < 100 && text.length > 5)) {
        const answer = await me(gateway, owner.secret, "GET", path + encodeURIComponent(string));
        assert.equal(answer.status, 400, string);
        assert.ok(!answer.text.includes(JSON.stringify(string).slice(1, -1)), string);
      }
    });
  }

  it("A-03: a session's name narrows a list by its text and by nothing else", async () => {
    await call(gateway, {
      path: "/v1/messages/count_tokens",
      body: PLAIN_BODY,
      headers: { "x-spillway-key": owner.secret, "x-claude-code-session-id": "mine" },
    });
    for (const string of STRINGS) {
      const path = `/me/activity/events?session=${encodeURIComponent(string)}`;
      const { status, body } = await me(gateway, owner.secret, "GET", path);
      assert.equal(status, 200);
      assert.deepEqual(body["events"], [], string);
    }
  });
});

describe("A-03: what is stored as text stays text", () => {
  it("A-03: names and principals come back as they were given, or are refused", async () => {
    for (const string of STRINGS) {
      const made = await control(gateway, "POST", "/me/keys", { name: string, principal: string });
      assert.ok(made.status === 201 || made.status === 400 || made.status === 409, made.text);
      if (made.status !== 201) continue;
      assert.equal(made.body["name"], string);
      assert.equal(made.body["principal"], string);
      const id = AMBIGUOUS.has(string) ? String(made.body["id"]) : string;
      const path = `/me/keys/${encodeURIComponent(id)}`;
      assert.equal((await control(gateway, "GET", path)).body["id"], made.body["id"]);
      assert.equal((await control(gateway, "DELETE", path)).status, 200);
    }
  });

  for (const body of [
    { name: { $gt: "" } },
    { name: ["x"] },
    { name: "x", organisation: "other" },
    { name: "x", role: "admin" },
    { name: "x", role: "control" },
    { name: "x", id: "key_1" },
    { name: "x", hashes: [] },
    { name: "x", budget: "-5/month" },
    { name: "x", budget: "1e9/month" },
    { name: "x", budget: "5/century" },
    { name: "x", daily_requests: -1 },
    { name: "x", time_zone: "../../etc/passwd" },
    { name: "x", data_policy: "'; DROP TABLE" },
    { name: "x\r\nset-cookie: a=b" },
  ]) {
    it(`A-03: an owner cannot make a key of ${JSON.stringify(body)}`, async () => {
      const made = await me(gateway, owner.secret, "POST", "/me/keys", body);
      assert.equal(made.status, 400, made.text);
    });
  }

  it("H-10: a prototype in a body gives no right and pollutes nothing", async () => {
    const raw = '{"name":"proto","__proto__":{"role":"owner"},"constructor":{"prototype":{"a":1}}}';
    const answer = await call(gateway, {
      path: "/me/keys",
      body: raw,
      headers: { "x-spillway-key": owner.secret },
    });
    assert.equal(answer.status, 201);
    assert.match(answer.body.toString(), /"role":"member"/);
    assert.equal((await me(gateway, owner.secret, "GET", "/me")).status, 200);
  });

  it("A-03: after all of this every table is there, and the owner's key works", async () => {
    using books = openBooks(gateway.dataDir);
    assert.ok(books.rows().length > 0);
    const { body, status } = await me(gateway, owner.secret, "GET", "/me");
    assert.equal(status, 200);
    assert.equal(body["role"], "owner");
    const answer = await call(gateway, {
      path: "/v1/messages/count_tokens",
      body: PLAIN_BODY,
      headers: { "x-spillway-key": owner.secret },
    });
    assert.equal(answer.status, 403);
  });
});
