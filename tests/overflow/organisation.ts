import assert from "node:assert/strict";
import { call, idOf, PLAIN_BODY } from "../fault/rig.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { type MadeKey, makeKey, me, providerKey, storeKey } from "./rig.ts";

/** An organisation of two people, and everything by which it could be recognised elsewhere. */
export interface Organisation {
  readonly name: string;
  readonly owner: MadeKey;
  readonly member: MadeKey;
  /** Exchanges of the owner's key, and of the member's. */
  readonly exchanges: { readonly owner: string; readonly member: string };
  readonly marks: readonly string[];
}
/** Founds one: the first key is the owner's, the second a member's (R21). Names are the same in every organisation. */
export async function found(gateway: Gateway, name: string): Promise<Organisation> {
  const owner = await makeKey(gateway, {
    organisation: name,
    name: "lead",
    principal: `${name}-lead`,
  });
  const member = await makeKey(gateway, {
    organisation: name,
    name: "developer",
    principal: `${name}-developer`,
  });
  await storeKey(gateway, providerKey(), { organisation: name, label: `label-of-${name}` });
  const ask = async (key: MadeKey, who: string) => {
    const session = `${name}-${who}-session`;
    return idOf(
      await call(gateway, {
        body: PLAIN_BODY.replace("claude-opus-5-5", `claude-opus-5-5-${name}-${who}`),
        headers: { "x-spillway-key": key.secret, "x-claude-code-session-id": session },
      }),
    );
  };
  const exchanges = {
    owner: await ask(owner, "lead"),
    member: await ask(member, "developer"),
  };
  return {
    name,
    owner,
    member,
    exchanges,
    marks: [
      owner.id,
      member.id,
      exchanges.owner,
      exchanges.member,
      `"${name}"`,
      `${name}-`,
      `of-${name}`,
    ],
  };
}

/** Every endpoint of a caller's own, with what fills its path. What changes something comes with a body that would. */
export const ENDPOINTS: Readonly<Record<string, { readonly body?: object }>> = {
  "GET /metrics": {},
  "GET /me": {},
  "GET /me/usage": {},
  "GET /me/activity": {},
  "GET /me/activity/events": {},
  "GET /me/quota": {},
  "GET /me/budget": {},
  "GET /v1/catalog": {},
  "GET /v1/pricing/compare": {},
  "GET /v1/providers": {},
  "GET /me/keys": {},
  "POST /me/keys": { body: { name: "intruder", role: "owner" } },
  "GET /me/keys/{key}": {},
  "PATCH /me/keys/{key}": { body: { name: "taken-over" } },
  "DELETE /me/keys/{key}": {},
  "POST /me/keys/{key}/rotate": { body: { overlap: "0s" } },
  "GET /me/byok": {},
  "GET /me/byok/{provider}": {},
  "PUT /me/byok/{provider}": { body: { key: "sk-ant-api03-intruder" } },
  "DELETE /me/byok/{provider}": {},
  "POST /me/byok/{provider}/test": { body: {} },
};

export const endpoints = Object.entries(ENDPOINTS).map(([name, { body }]) => {
  const [method = "", path = ""] = name.split(" ");
  return { name, method, path, body };
});

export function assertNothingOf(marks: readonly string[], text: string, what: string): void {
  for (const mark of marks) assert.ok(!text.includes(mark), `${what} tells ${mark}: ${text}`);
}

/** What an organisation looks like from its own owner's door; unchanged whatever others tried. */
export async function portrait(gateway: Gateway, { name, owner }: Organisation): Promise<unknown> {
  const keys = await me(gateway, owner.secret, "GET", "/me/keys");
  const byok = await me(gateway, owner.secret, "GET", "/me/byok");
  assert.ok(keys.status === 200 && byok.status === 200, name);
  return { keys: keys.body, byok: byok.body };
}
