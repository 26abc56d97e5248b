import { parseDurationMs } from "../../base/duration.ts";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { isObject } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { keyScope } from "../../exchange/money/scopes.ts";
import {
  type KeyView,
  keyView,
  type MintedKey,
  type RequestDefaults,
  readKeyChange,
  readNewKey,
  type VirtualKey,
} from "../../identity/keys/index.ts";
import { readDataPolicy } from "../../policy/residency/index.ts";
import { asJson, json, type Reply } from "./answer.ts";
import type { Ask } from "./ask.ts";
import { useOf } from "./budget-use.ts";
import type { HouseViews } from "./views.ts";
import { visibleKey, visibleKeys } from "./visible-keys.ts";

const DEFAULT_OVERLAP = "24h";
const MAX_OVERLAP_MS = 30 * 86_400_000;

/** The keys that the caller may know of. */
export async function listKeys(ask: Ask): Reply {
  return ok(json(200, { keys: visibleKeys(ask).map((key) => viewOf(key, ask.views)) }));
}

export async function showKey(ask: Ask): Reply {
  const found = visibleKey(ask, ask.param("key"));
  return asJson(found.ok ? ok(viewOf(found.value, ask.views)) : found);
}

export async function createKey(ask: Ask): Reply {
  const body = await ask.body();
  if (!body.ok) return body;
  const request = readNewKey(body.value, defaultsOf(ask));
  if (!request.ok) return request;
  const made = await ask.views.keys.create(request.value);
  return made.ok ? ok(json(201, mintedView(made.value, ask.views))) : made;
}

export async function updateKey(ask: Ask): Reply {
  const found = visibleKey(ask, ask.param("key"));
  if (!found.ok) return found;
  const body = await ask.body();
  if (!body.ok) return body;
  const change = readKeyChange(body.value, defaultsOf(ask), found.value);
  if (!change.ok) return change;
  const changed = await ask.views.keys.update(found.value.id, change.value);
  return asJson(changed.ok ? ok(viewOf(changed.value, ask.views)) : changed);
}

export async function rotateKey(ask: Ask): Reply {
  const found = visibleKey(ask, ask.param("key"));
  if (!found.ok) return found;
  const body = await ask.body();
  if (!body.ok) return body;
  const overlapMs = readOverlap(body.value);
  if (!overlapMs.ok) return overlapMs;
  const made = await ask.views.keys.rotate(found.value.id, { overlapMs: overlapMs.value });
  return asJson(made.ok ? ok(mintedView(made.value, ask.views)) : made);
}

export async function revokeKey(ask: Ask): Reply {
  const found = visibleKey(ask, ask.param("key"));
  if (!found.ok) return found;
  const revoked = await ask.views.keys.revoke(found.value.id);
  return asJson(revoked.ok ? ok(viewOf(revoked.value, ask.views)) : revoked);
}

/** A key with what is used of its own limits. */
export function viewOf(key: VirtualKey, views: HouseViews): KeyView {
  const scope = keyScope(key, "byok", views.pay().cap);
  return keyView(key, useOf(scope, views), views.now());
}

/** The one time that a secret is shown: in the answer that made it. */
function mintedView({ key, secret }: MintedKey, views: HouseViews): unknown {
  const { id, ...rest } = viewOf(key, views);
  return { id, key: secret.reveal(), ...rest };
}

function defaultsOf({ views, caller }: Ask): RequestDefaults {
  const { rates } = views.pay();
  return {
    organisation: caller.organisation,
    currency: views.display().currency,
    timeZone: views.timeZone(),
    nowMs: views.now(),
    hasRate: (currency) => currency === "USD" || Object.hasOwn(rates, currency),
    policyProblem: (name) => {
      const read = readDataPolicy(name);
      return read.ok ? undefined : read.error.message;
    },
  };
}

/** How long the secret before goes on to work. */
function readOverlap(body: unknown): Result<number, GatewayError> {
  const { overlap = DEFAULT_OVERLAP, ...rest } = isObject(body) ? body : { body };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return fail(INVALID_ROTATION);
  const span = typeof overlap === "string" ? parseDurationMs(overlap) : undefined;
  return span?.ok === true && span.value <= MAX_OVERLAP_MS ? span : fail(INVALID_ROTATION);
}

const INVALID_ROTATION = gatewayError(
  "invalid_body",
  'A rotation takes the field "overlap" and no other: a time span such as "24h", at most 30 days; "0s" ends the old secret at once',
);
