import type { Secret } from "../base/secret.ts";
import type { KeyCheck } from "../ingress/self-service/views.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { Providers } from "../routing/providers.ts";
import { anthropic } from "../upstream/providers/anthropic/index.ts";
import { verifyKey } from "../upstream/transport/verify-key.ts";

/** Asks a provider whether it takes a key. */
export async function checkKey(
  reached: { readonly deployment: Deployment; readonly providers: Providers },
  id: string,
  key: Secret,
): Promise<KeyCheck> {
  if (id === anthropic.id) {
    const { transport, pathPrefix } = reached.deployment;
    const target = `${pathPrefix}${anthropic.checkPath}`;
    const fields = [...anthropic.fields, ...anthropic.authorize(key)];
    return await verifyKey(transport, { target, fields });
  }
  const provider = reached.providers.get(id);
  if (provider === undefined) return { verified: null };
  const { deployment } = provider;
  const { transport } = deployment;
  const fields = [...deployment.fields, ...deployment.authorize(key)];
  return await verifyKey(transport, {
    target: provider.checkTarget,
    fields,
    question: provider.keyQuestion,
  });
}
