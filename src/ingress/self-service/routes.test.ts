import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Door } from "./caller.ts";
import { ROUTES } from "./routes.ts";
import { FORWARDED, openScene, type Scene } from "./self-service.fixture.ts";

/** Callers of every kind; `foreign` is an owner of another organisation. */
const CALLERS = [
  "keyless",
  "keyless, key required",
  "member",
  "owner",
  "foreign",
  "revoked",
  "control",
] as const;
type CallerKind = (typeof CALLERS)[number];
type Outcome =
  | "yes"
  | "invalid_parameter"
  | "key_required"
  | "key_revoked"
  | "owner_required"
  | "not_found"
  | "not ours";

const KEYED = { "keyless, key required": "key_required", revoked: "key_revoked" } as const;
const OPEN = {
  keyless: "yes",
  "keyless, key required": "yes",
  member: "yes",
  owner: "yes",
  foreign: "yes",
  revoked: "yes",
  control: "yes",
} as const;
const READ = { ...OPEN, ...KEYED } as const;
/** Who may ask is told that no model is named. */
const READ_NAMED = {
  keyless: "invalid_parameter",
  "keyless, key required": "key_required",
  member: "invalid_parameter",
  owner: "invalid_parameter",
  foreign: "invalid_parameter",
  revoked: "key_revoked",
  control: "invalid_parameter",
} as const;
const READ_ONE = { ...READ, foreign: "not_found" } as const;
const MANAGE = { ...READ, keyless: "key_required", member: "owner_required" } as const;
const MANAGE_ONE = { ...MANAGE, foreign: "not_found" } as const;
const SEE_STORED = { ...READ, member: "owner_required" } as const;
const SEE_ONE_STORED = { ...SEE_STORED, foreign: "not_found" } as const;
const CONTROL = {
  keyless: "not ours",
  "keyless, key required": "not ours",
  member: "not ours",
  owner: "not ours",
  foreign: "not ours",
  revoked: "not ours",
  control: "yes",
} as const;

/** Who may what, written down a second time: a route that is not here, or that lets others in, fails. */
const MATRIX: Readonly<Record<string, Readonly<Record<CallerKind, Outcome>>>> = {
  "GET /health": OPEN,
  "GET /ready": OPEN,
  "GET /metrics": READ,
  "GET /v1/catalog": READ,
  "GET /v1/pricing/compare": READ_NAMED,
  "GET /v1/providers": READ,
  "GET /me": READ,
  "GET /me/usage": READ,
  "GET /me/activity": READ,
  "GET /me/activity/events": READ,
  "GET /me/quota": READ,
  "GET /me/budget": READ,
  "GET /me/keys": READ,
  "POST /me/keys": MANAGE,
  "GET /me/keys/{key}": READ_ONE,
  "PATCH /me/keys/{key}": MANAGE_ONE,
  "DELETE /me/keys/{key}": MANAGE_ONE,
  "POST /me/keys/{key}/rotate": MANAGE_ONE,
  "GET /me/byok": SEE_STORED,
  "GET /me/byok/{provider}": SEE_ONE_STORED,
  // An organisation of its own: what a foreign owner stores is its own.
  "PUT /me/byok/{provider}": MANAGE,
  "DELETE /me/byok/{provider}": MANAGE_ONE,
  "POST /me/byok/{provider}/test": MANAGE_ONE,
  "GET /control/status": CONTROL,
  "GET /control/statusline": CONTROL,
  "GET /control/models": CONTROL,
  "POST /control/route/explain": CONTROL,
  "GET /control/exchanges/{id}": { ...CONTROL, control: "not_found" },
  "POST /control/master-key/rotate": CONTROL,
};

const BODIES: Readonly<Record<string, string>> = {
  "POST /me/keys": '{"name":"new"}',
  "PATCH /me/keys/{key}": '{"models":["claude-*"]}',
  "POST /me/keys/{key}/rotate": '{"overlap":"1h"}',
  "POST /control/route/explain": '{"path":"/v1/messages","headers":[],"body":"{}","brings":"none"}',
  "PUT /me/byok/{provider}": '{"key":"sk-ant-api03-x","label":"x"}',
};

/** A house with a member, its owner, a revoked key, another organisation and a stored credential. */
async function furnish(scene: Scene): Promise<Readonly<Partial<Record<CallerKind, string>>>> {
  const owner = await scene.mint("olga");
  const member = await scene.mint("max");
  const revoked = await scene.mint("rita", { role: "owner" });
  const foreign = await scene.mint("fred", { organisation: "acme" });
  assert.ok((await scene.keys.revoke(revoked.key.id)).ok);
  const stored = await scene.ask("control", "PUT", "/me/byok/anthropic", {
    body: '{"key":"sk-ant-api03-x","label":"x"}',
  });
  assert.equal(stored.status, 200, stored.text);
  return {
    owner: owner.secret,
    member: member.secret,
    revoked: revoked.secret,
    foreign: foreign.secret,
  };
}

const doorOf = (caller: CallerKind): Door => (caller === "control" ? "control" : "data");

const concrete = (path: string) =>
  path.replace("{key}", "max").replace("{provider}", "anthropic").replace("{id}", "spx_1");

describe("A-01: who may use which endpoint", () => {
  it("A-01: every route is in the matrix, and the matrix names no other", () => {
    const declared = ROUTES.map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(declared.toSorted(), Object.keys(MATRIX).toSorted());
    assert.equal(new Set(declared).size, declared.length);
  });

  for (const [route, expected] of Object.entries(MATRIX)) {
    for (const caller of CALLERS) {
      it(`A-01: ${route}, ${caller}: ${expected[caller]}`, async () => {
        await using scene = await openScene();
        const secrets = await furnish(scene);
        scene.settings.authRequired = caller === "keyless, key required";
        const [method = "", path = ""] = route.split(" ");
        const key = secrets[caller];
        const body = BODIES[route];
        const answer = await scene.ask(doorOf(caller), method, concrete(path), { key, body });
        const outcome = expected[caller];
        if (outcome === "yes") assert.ok([200, 201].includes(answer.status), answer.text);
        else if (outcome === "not ours") assert.equal(answer.status, FORWARDED);
        else assert.equal(answer.code, outcome, answer.text);
        if (answer.status >= 400) assert.match(answer.text, /"type":"error"/);
      });
    }
  }

  it("A-04: the decision is the same in whatever field the key comes", async () => {
    await using scene = await openScene();
    const { member = "", revoked = "" } = await furnish(scene);
    const carriers = (key: string) => [
      { authorization: `Bearer ${key}` },
      { authorization: `Bearer sk-ant-oat01-x`, "x-spillway-key": key },
      { "x-api-key": key },
      { "x-br-api-key": key },
      { "x-bf-vk": key },
      { "x-litellm-api-key": `Bearer ${key}` },
      { "x-portkey-api-key": key },
      { "x-goog-api-key": key },
    ];
    for (const headers of carriers(member)) {
      const list = await scene.ask("data", "GET", "/me", { headers });
      assert.equal(list.json["role"], "member", Object.keys(headers).join());
      const write = await scene.ask("data", "POST", "/me/keys", { headers, body: "{}" });
      assert.equal(write.code, "owner_required");
    }
    for (const headers of carriers(revoked)) {
      const answer = await scene.ask("data", "GET", "/me", { headers });
      assert.equal(answer.code, "key_revoked", Object.keys(headers).join());
    }
  });

  it("A-04: a key in the URL is refused, also where none is needed, and not echoed", async () => {
    await using scene = await openScene();
    const { owner = "" } = await furnish(scene);
    for (const path of [`/me?key=${owner}`, `/health?x=${owner}`, `/me/keys/${owner}`]) {
      const answer = await scene.ask("data", "GET", path);
      assert.equal(answer.code, "key_in_url", path);
      assert.ok(!answer.text.includes(owner));
    }
  });

  it("A-04: a key in a cookie is no credential", async () => {
    await using scene = await openScene();
    const { owner = "" } = await furnish(scene);
    const headers = { cookie: `x-spillway-key=${owner}` };
    const answer = await scene.ask("data", "POST", "/me/keys", { headers, body: '{"name":"n"}' });
    assert.equal(answer.code, "key_required");
  });

  it("A-06: another organisation cannot be named at the data port", async () => {
    await using scene = await openScene();
    const { owner = "" } = await furnish(scene);
    for (const key of [undefined, owner]) {
      const answer = await scene.ask("data", "GET", "/me/keys?organisation=acme", { key });
      assert.equal(answer.code, "not_found");
      const own = await scene.ask("data", "GET", "/me/keys?organisation=local", { key });
      assert.equal(own.status, 200);
    }
    const control = await scene.ask("control", "GET", "/me/keys?organisation=acme");
    assert.match(control.text, /"name":"fred"/);
    assert.doesNotMatch(control.text, /"name":"max"/);
    const odd = await scene.ask("control", "GET", "/me/keys?organisation=..%2f");
    assert.equal(odd.code, "invalid_parameter");
  });
});

describe("own endpoints: methods and paths", () => {
  const paths = Map.groupBy(ROUTES, ({ path }) => path);
  for (const [path, routes] of paths) {
    it(`answers other methods of ${path} with 405 and those that it has`, async () => {
      await using scene = await openScene();
      const own = routes.map(({ method }) => method);
      const has = new Set<string>([...own, ...(own.includes("GET") ? ["HEAD"] : [])]);
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        if (has.has(method)) continue;
        const answer = await scene.ask("control", method, concrete(path));
        assert.equal(answer.status, 405, method);
        assert.deepEqual(new Set(answer.headers.allow?.split(", ")), has);
      }
    });
  }

  it("says HEAD wherever it says GET, without a body", async () => {
    await using scene = await openScene();
    const answer = await scene.ask("data", "HEAD", "/me/keys");
    assert.equal(answer.status, 200);
    assert.equal(answer.text, "");
  });

  it("H-09: what is below /me and not there is a 404 of ours; other spellings are not ours", async () => {
    await using scene = await openScene();
    for (const path of ["/me/secrets", "/me/keys/a/b", "/me/keys/", "/me/keys/%ff", "/me/"]) {
      assert.equal((await scene.ask("data", "GET", path)).code, "not_found", path);
    }
    for (const path of ["/ME", "/me;x", "/healthz", "/me%2fkeys", "/control/status", "/mex"]) {
      assert.equal((await scene.ask("data", "GET", path)).status, FORWARDED, path);
    }
    assert.equal((await scene.ask("control", "GET", "/control/secrets")).code, "not_found");
  });
});
