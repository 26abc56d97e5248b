import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { ROUTES } from "../../src/ingress/self-service/routes.ts";
import { call, idOf, PLAIN_BODY, startTestGateway } from "../fault/rig.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  assertNothingOf,
  ENDPOINTS,
  endpoints,
  found,
  type Organisation,
  portrait,
} from "./organisation.ts";
import { bearer, makeKey, me, providerKey, recordsOf, sessionToken, storeKey } from "./rig.ts";

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;

let red: Organisation;
let blue: Organisation;
let local: readonly string[];

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
  red = await found(gateway, "red");
  blue = await found(gateway, "blue");
  const keyless = await call(gateway, {
    body: PLAIN_BODY,
    headers: { ...bearer(sessionToken()), "x-claude-code-session-id": "local-session" },
  });
  const machine = await makeKey(gateway, { name: "of-the-machine" });
  await storeKey(gateway, providerKey(), { label: "label-of-local" });
  local = [idOf(keyless), machine.id, "of-the-machine", "local-session", "label-of-local"];
  const { owner, member } = red.exchanges;
  await recordsOf(gateway, [owner, member, ...Object.values(blue.exchanges), idOf(keyless)]);
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

describe("S0-45: organisations do not see each other", () => {
  it("S0-45: every endpoint that the program has is in this test", () => {
    const own = ROUTES.filter(({ who }) => who !== "anyone" && who !== "control");
    const names = own.map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(names.toSorted(), Object.keys(ENDPOINTS).toSorted());
  });

  for (const { name, method, path, body } of endpoints) {
    const isRead = method === "GET";
    for (const role of ["owner", "member"] as const) {
      it(`S0-45: ${name}: the ${role} of one organisation gets nothing of the other`, async () => {
        const intact = await portrait(gateway, red);
        const named = path.includes("{key}") ? [red.owner.id, red.member.id] : ["anthropic"];
        for (const id of named) {
          const target = path.replace("{key}", id).replace("{provider}", "anthropic");
          const direct = await me(gateway, blue[role].secret, method, target, body);
          assertNothingOf([...red.marks, ...local], direct.text, name);
          if (path.includes("{key}")) {
            const expected = role === "owner" || isRead ? 404 : 403;
            assert.equal(direct.status, expected, direct.text);
          }
          for (const query of ["organisation=red", "organisation=local"]) {
            const foreign = await me(
              gateway,
              blue[role].secret,
              method,
              `${target}?${query}`,
              body,
            );
            assert.equal(foreign.status, 404, foreign.text);
            assertNothingOf([...red.marks, ...local], foreign.text, name);
          }
        }
        assert.deepEqual(await portrait(gateway, red), intact);
        // What the owner changed of its own stays the matter of its organisation.
        if (name === "DELETE /me/byok/{provider}") {
          await storeKey(gateway, providerKey(), { organisation: "blue", label: "label-of-blue" });
        }
      });
    }

    it(`S0-45: ${name}: without a key it is the machine's own organisation, and to read only`, async () => {
      const intact = [await portrait(gateway, red), await portrait(gateway, blue)];
      const target = path.replace("{key}", red.owner.id).replace("{provider}", "anthropic");
      const own = await me(gateway, undefined, method, target, body);
      assertNothingOf([...red.marks, ...blue.marks], own.text, name);
      if (!isRead) assert.equal(own.status, 401);
      const foreign = await me(gateway, undefined, method, `${target}?organisation=red`, body);
      assert.equal(foreign.status, 404);
      assert.deepEqual([await portrait(gateway, red), await portrait(gateway, blue)], intact);
    });
  }

  for (const path of ["/me/usage", "/me/activity", "/me/activity/events", "/me/budget"]) {
    it(`S0-45: GET ${path}?key= names no key of another organisation, by id or by name`, async () => {
      for (const key of [red.owner.id, red.member.id]) {
        const answer = await me(gateway, blue.owner.secret, "GET", `${path}?key=${key}`);
        assert.equal(answer.status, 404);
      }
      // Both organisations have a "developer": each means its own.
      const own = await me(gateway, blue.owner.secret, "GET", `${path}?key=developer`);
      assert.equal(own.status, 200);
      assertNothingOf(red.marks, own.text, path);
    });
  }

  it("S0-45: a page that begins at another organisation's exchange still shows one's own only", async () => {
    for (const id of Object.values(red.exchanges)) {
      for (const way of ["before", "after"]) {
        const path = `/me/activity/events?${way}=${id}`;
        const page = await me(gateway, blue.owner.secret, "GET", path);
        assert.equal(page.status, 200);
        assertNothingOf(red.marks, page.text, path);
      }
    }
    const session = "/me/activity/events?session=red-lead-session";
    assert.deepEqual((await me(gateway, blue.owner.secret, "GET", session)).body["events"], []);
  });

  it("S0-45: the figures of both add up to what each was used for, and no more", async () => {
    for (const [organisation, count] of [
      [red, 2],
      [blue, 2],
    ] as const) {
      const { body } = await me(gateway, organisation.owner.secret, "GET", "/me/usage?by=key");
      assert.ok(Array.isArray(body["groups"]));
      const groups = new Set(body["groups"].filter(isObject).map(({ group }) => group));
      assert.deepEqual(groups, new Set([organisation.owner.id, organisation.member.id]));
      const books = Array.isArray(body["books"]) ? body["books"].filter(isObject) : [];
      assert.deepEqual(
        books.map(({ requests }) => requests),
        [count],
      );
    }
  });
});
