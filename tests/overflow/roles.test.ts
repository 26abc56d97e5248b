import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestGateway } from "../fault/rig.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";
import { assertNothingOf, endpoints, found, type Organisation, portrait } from "./organisation.ts";
import { type MadeKey, makeKey, me, recordsOf } from "./rig.ts";

const scope = new AsyncDisposableStack();
let gateway: Gateway;
let red: Organisation;
let blue: Organisation;

before(async () => {
  const upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
  red = await found(gateway, "red");
  blue = await found(gateway, "blue");
  const exchanges = [red, blue].flatMap((organisation) => Object.values(organisation.exchanges));
  await recordsOf(gateway, exchanges);
});

after(() => scope.disposeAsync());

describe("R21: a member sees its own, an owner its organisation", () => {
  it("R21: the first key of an organisation is an owner, later ones are members", async () => {
    for (const organisation of [red, blue]) {
      for (const role of ["owner", "member"] as const) {
        const { body } = await me(gateway, organisation[role].secret, "GET", "/me");
        assert.equal(body["role"], role);
        assert.equal(body["organisation"], organisation.name);
      }
    }
  });

  it("R21: a member's reports are of its own key alone, its owner's of both", async () => {
    const idsOf = async (key: MadeKey) => {
      const { body } = await me(gateway, key.secret, "GET", "/me/activity/events");
      assert.ok(Array.isArray(body["events"]));
      return body["events"].filter(isObject).map(({ id }) => id);
    };
    assert.deepEqual(await idsOf(red.member), [red.exchanges.member]);
    assert.deepEqual(await idsOf(red.owner), [red.exchanges.member, red.exchanges.owner]);
    for (const path of ["/me/usage?by=session", "/me/activity", "/me/keys", "/me/budget"]) {
      const { text, status } = await me(gateway, red.member.secret, "GET", path);
      assert.equal(status, 200);
      assertNothingOf([red.owner.id, red.exchanges.owner, "red-lead"], text, path);
    }
  });

  for (const { name, method, path, body } of endpoints.filter(
    ({ method: verb, path: place }) => verb !== "GET" || place.includes("byok"),
  )) {
    it(`R21: ${name}: a member may not, also not for itself`, async () => {
      const intact = await portrait(gateway, red);
      for (const id of [red.member.id, red.owner.id, "developer"]) {
        const target = path.replace("{key}", id).replace("{provider}", "anthropic");
        const answer = await me(gateway, red.member.secret, method, target, body);
        assert.equal(answer.status, 403, answer.text);
        assert.match(answer.text, /owner_required/);
      }
      assert.deepEqual(await portrait(gateway, red), intact);
    });
  }

  it("R21: a member does not learn whether another key exists", async () => {
    const shape = async (id: string) => {
      const { status, text } = await me(gateway, red.member.secret, "GET", `/me/keys/${id}`);
      return [status, text.replaceAll(/spx_[0-9a-z]{26}/g, "")];
    };
    assert.deepEqual(await shape(red.owner.id), await shape("key_00000000000000000000000000"));
    assert.deepEqual(await shape("lead"), await shape("nobody"));
  });

  it("R21: an owner makes keys for its own organisation only, and cannot leave it without an owner", async () => {
    const green = await makeKey(gateway, { organisation: "green" });
    await makeKey(gateway, { organisation: "green" });
    const asked = { name: "spy", organisation: "red" };
    assert.equal((await me(gateway, green.secret, "POST", "/me/keys", asked)).status, 400);
    const resign = () =>
      me(gateway, green.secret, "PATCH", `/me/keys/${green.id}`, { role: "member" });
    const refused = await resign();
    assert.equal(refused.status, 400);
    assert.match(refused.text, /last active owner/);
    const next = { name: "next", role: "owner" };
    assert.equal((await me(gateway, green.secret, "POST", "/me/keys", next)).status, 201);
    assert.equal((await resign()).status, 200);
    assert.equal((await me(gateway, green.secret, "GET", "/me/byok")).status, 403);
  });
});
