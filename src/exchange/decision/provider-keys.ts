import { hash } from "node:crypto";
import { readClientInfo } from "../../identity/client.ts";
import { drawKeys, type PooledKey } from "../../routing/key-pool.ts";
import type { ProviderKey } from "../../routing/provider-route.ts";
import type { Provider } from "../../routing/providers.ts";
import type { House } from "../house.ts";
import type { Question } from "../question.ts";

/** The keys that may pay at a provider for a caller, the one that is to be tried first in front; or the `only` one. */
export function keysAt(
  { deployment, key }: Pick<Provider, "deployment" | "key">,
  question: Pick<Question, "identity" | "call">,
  { vault, random }: Pick<House, "vault" | "random">,
  only?: string,
): readonly ProviderKey[] {
  const { organisation, principal } = question.identity;
  const isConfigured = key !== undefined || deployment.sign !== undefined;
  const single =
    vault.find(organisation, deployment.provider) ??
    (isConfigured ? { label: "configuration", secret: key } : undefined);
  const { keys = [] } = deployment;
  if (keys.length === 0) return single === undefined || isOther(single, only) ? [] : [single];
  const pool = single === undefined ? keys : [{ ...single, ...ANYBODYS }, ...keys];
  const named = pool.filter((each) => !isOther(each, only));
  return drawKeys(named, principal, chanceOf(question, random));
}

const ANYBODYS: Pick<PooledKey, "weight" | "for"> = { weight: 1, for: [] };

function isOther({ label }: ProviderKey, only: string | undefined): boolean {
  return only !== undefined && label !== only;
}

/** The same for all of a session's requests, whose prompt cache is its key's. */
function chanceOf({ call }: Pick<Question, "call">, random: () => number): number {
  const { sessionId } = readClientInfo(call.request.rawHeaders);
  if (sessionId === undefined) return random();
  return hash("sha256", sessionId, "buffer").readUInt32BE(0) / 2 ** 32;
}
