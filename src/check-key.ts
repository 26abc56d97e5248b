import type { Secret } from "./base/secret.ts";
import type { KeyCheck } from "./ingress/self-service/views.ts";
import type { Deployment } from "./routing/deployment.ts";
import type { Providers } from "./routing/providers.ts";
import { anthropic } from "./upstream/providers/anthropic/index.ts";
import { verifyKey } from "./upstream/transport/verify-key.ts";

/** Asks a provider whether it takes a key. */
export async function checkKey(
  reached: { readonly deployment: Deployment; readonly providers: Providers },
  id: string,
  key: Secret,
): Promise<KeyCheck> {
  if (id === anthropic.id) {
    const { transport, pathPrefix } = reached.deployment;
    const target = `${pathPrefix}${anthropic.checkPath}`;
    return await verifyKey(transport, { target, fields: anthropic.authorize(key) });
  }
  const provider = reached.providers.get(id);
  if (provider?.deployment.foreign === undefined) return { verified: null };
  const { transport, foreign } = provider.deployment;
  const fields = [...foreign.fields, ...foreign.authorize(key)];
  return await verifyKey(transport, { target: provider.checkTarget, fields });
}
