import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { openScene } from "./self-service.fixture.ts";

/** Bodies that try for more than the caller has: known fields, unknown ones, and nested ones. */
const word = fc.constantFrom("owner", "member", "local", "acme", "olga", "max", "key_0", "*", "");
const value = fc.oneof(word, fc.boolean(), fc.integer(), fc.constant(null), fc.array(word));
const field = fc.constantFrom(
  "name",
  "role",
  "organisation",
  "principal",
  "id",
  "hashes",
  "revokedAt",
  "revoked_at",
  "mask",
  "models",
  "settings",
  "budget",
  "mode",
  "__proto__",
  "overlap",
);
const body = fc.dictionary(field, fc.oneof(value, fc.dictionary(field, value)), { maxKeys: 4 });
const change = fc.record({
  route: fc.constantFrom(
    ["POST", "/me/keys"],
    ["PATCH", "/me/keys/max"],
    ["PATCH", "/me/keys/fred"],
    ["POST", "/me/keys/olga/rotate"],
    ["DELETE", "/me/keys/olga"],
    ["PUT", "/me/byok/anthropic"],
  ),
  body,
});

describe("A-02: nobody gets more than they have", () => {
  it("A-02: whatever a member sends changes nothing", async () => {
    await using scene = await openScene();
    await scene.mint("olga");
    const { secret: key } = await scene.mint("max");
    const before = scene.keys.list();
    await fc.assert(
      fc.asyncProperty(change, async ({ route: [method = "", path = ""], body: sent }) => {
        const options = { key, body: JSON.stringify(sent) };
        assert.equal((await scene.ask("data", method, path, options)).code, "owner_required");
        assert.deepEqual(scene.keys.list(), before);
      }),
      { numRuns: 100 },
    );
    assert.equal(scene.credentials.size, 0);
  });

  it("A-02: whatever an owner sends stays in its organisation", async () => {
    await using scene = await openScene();
    await scene.mint("olga");
    await scene.mint("max");
    const foreign = await scene.mint("fred", { organisation: "acme" });
    const before = scene.keys.list("local");
    let done = 0;
    await fc.assert(
      fc.asyncProperty(change, async ({ route: [method = "", path = ""], body: sent }) => {
        const options = { key: foreign.secret, body: JSON.stringify(sent) };
        const answer = await scene.ask("data", method, path, options);
        // An owner may take its own rights away, and is then refused like everybody without them.
        assert.ok([200, 201, 400, 401, 403, 404, 409].includes(answer.status), answer.text);
        if (answer.status < 300) done += 1;
        assert.deepEqual(scene.keys.list("local"), before);
        const organisations = new Set(scene.keys.list().map(({ organisation }) => organisation));
        assert.deepEqual(organisations, new Set(["local", "acme"]));
      }),
      { numRuns: 100 },
    );
    assert.ok(done > 0, "nothing was ever done");
    assert.ok(!scene.credentials.has("local/anthropic"));
  });
});

describe("A-03: what no key is", () => {
  it("A-03: gets one answer, in whatever field and however it is spelled", async () => {
    await using scene = await openScene();
    const { secret } = await scene.mint("olga");
    const strings = [
      "spw-' OR 1=1 --",
      'spw-"; DROP TABLE keys; --',
      "spw-%00%27",
      "spw-__proto__",
      `${secret}x`,
      secret.slice(0, -1),
      secret.toLowerCase(),
      `spw-${"a".repeat(4_000)}`,
    ];
    const told = new Set<unknown>();
    for (const text of strings) {
      for (const name of ["authorization", "x-api-key", "x-spillway-key", "x-goog-api-key"]) {
        const headers = { [name]: text };
        const answer = await scene.ask("data", "GET", "/me/keys", { headers });
        assert.equal(answer.status, 401, text);
        told.add(JSON.stringify(answer.json["error"]));
      }
    }
    assert.equal(told.size, 1);
  });
});
