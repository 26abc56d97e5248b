import type { Identity } from "../identity/principal.ts";
import type { ProviderKey } from "../routing/provider-route.ts";
import type { Provider } from "../routing/providers.ts";
import type { House } from "./house.ts";

/** The keys that may pay at a provider for a caller, the one that is to be tried first in front; or the `only` one. */
export function keysAt(
  { deployment, key }: Pick<Provider, "deployment" | "key">,
  { organisation }: Identity,
  { vault }: Pick<House, "vault">,
  only?: string,
): readonly ProviderKey[] {
  const stored = vault.find(organisation, deployment.provider);
  const isConfigured = key !== undefined || deployment.sign !== undefined;
  const configured = isConfigured ? { label: "configuration", secret: key } : undefined;
  const keys = [stored ?? configured].filter((found) => found !== undefined);
  return only === undefined ? keys : keys.filter(({ label }) => label === only);
}
