import { gatewayError } from "../../base/errors.ts";
import { fail, ok } from "../../base/result.ts";
import { credentialView, readCredentialRequest } from "../../vault/index.ts";
import { asJson, json, type Reply } from "./answer.ts";
import type { Ask } from "./ask.ts";
import type { KeyCheck } from "./views.ts";

/** The providers' keys that an organisation stored; what is shown of them is a mask. */
export async function listCredentials({ views, caller }: Ask): Reply {
  const stored = views.vault.list(caller.organisation);
  return ok(json(200, { credentials: stored.map((credential) => credentialView(credential)) }));
}

export async function showCredential(ask: Ask): Reply {
  const stored = storedAt(ask);
  return stored === undefined ? fail(NOTHING_STORED) : ok(json(200, credentialView(stored)));
}

/** Stores first and asks the provider then: a provider that is down keeps nobody from setting up. */
export async function setCredential(ask: Ask): Reply {
  const provider = ask.param("provider");
  const body = await ask.body();
  if (!body.ok) return body;
  const request = readCredentialRequest(provider, body.value, ask.views.providers);
  if (!request.ok) return request;
  const { organisation } = ask.caller;
  const { key, label, overflow } = request.value;
  const stored = await ask.views.vault.set({ organisation, provider, key, label, overflow });
  if (!stored.ok) return stored;
  const check = await ask.views.verify(provider, key);
  return ok(
    json(200, { ...credentialView(stored.value, check.verified), message: tell(check, true) }),
  );
}

export async function removeCredential(ask: Ask): Reply {
  const stored = storedAt(ask);
  if (stored === undefined) return fail(NOTHING_STORED);
  const removed = await ask.views.vault.remove(stored.organisation, stored.provider);
  return asJson(removed.ok ? ok({ provider: stored.provider, removed: true }) : removed);
}

export async function testCredential(ask: Ask): Reply {
  const stored = storedAt(ask);
  if (stored === undefined) return fail(NOTHING_STORED);
  const check = await ask.views.verify(stored.provider, stored.secret);
  return ok(
    json(200, {
      provider: stored.provider,
      verified: check.verified,
      status: check.status ?? null,
      message: tell(check, false),
    }),
  );
}

export async function rotateMasterKey({ views }: Ask): Reply {
  return asJson(await views.vault.rotateMasterKey());
}

const NOTHING_STORED = gatewayError(
  "not_found",
  "Your organisation has no key stored for this provider",
);

function storedAt({ views, caller, param }: Ask) {
  return views.vault.find(caller.organisation, param("provider"));
}

/** Nothing of the provider's own words, which may quote the key. */
function tell({ verified, status }: KeyCheck, isNew: boolean): string {
  const stored = isNew ? "The key is stored" : "The key is stored as before";
  if (verified === true) return `${stored}, and the provider takes it.`;
  if (verified === false) {
    return `${stored}, but the provider refuses it (${status ?? "no status"}). Check it, and store the right one.`;
  }
  return status === undefined
    ? `${stored}. The provider could not be reached to check it.`
    : `${stored}. The provider answered ${status}, which says neither yes nor no.`;
}
