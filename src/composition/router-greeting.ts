import { join } from "node:path";
import { isLoopbackHost } from "../config/fields.ts";
import type { Config } from "../config/schema.ts";
import { TIERS } from "../routing/dispatch.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";

const NOTE =
  "NOTE: accounts are told apart by their tokens, and share one usage file. For several logins set CLAUDE_CONFIG_DIRS (quota.accounts), or run one gateway for each.";

const OPEN_DOOR =
  "WARNING: whoever reaches this port would be served with LiteLLM's key, so nothing is redirected: listen on loopback, or turn auth.required on";
const ONE_KEY =
  "WARNING: redirect.probe.key (ANTHROPIC_API_KEY_FOR_PROBES) belongs to one account, and is taken to speak for each of quota.accounts";

/**
 * What claude-router says at its start, where something of what it does is on: what listens, what is written, what is
 * enabled.
 * @source its log (requirements X-R1, read 2026-11-25)
 */
export function routerGreeting(config: Config, url: string): readonly string[] {
  const { redirect, quota, anthropic } = config;
  const claimant = Object.entries(config.providers).find(
    ([id, { kind = id }]) => PROVIDERS.get(kind)?.claims !== undefined,
  );
  const fallback = redirect.to ?? redirect.foreign;
  if (fallback === undefined && claimant === undefined && quota.accounts.length === 0) return [];
  const upstream = new URL(anthropic.url);
  const port = upstream.port || (upstream.protocol === "https:" ? "443" : "80");
  const lines = [
    `Listening on ${new URL(url).host} -> ${upstream.hostname}:${port}`,
    ...usageFiles(config).map((file) => `Writing usage to: ${file}`),
    fallback === undefined
      ? "feature: litellm-fallback disabled (LITELLM_URL unset)"
      : `feature: ${fallback}-fallback enabled (url=${urlOf(config, fallback)})`,
    claimant === undefined
      ? "feature: composer disabled (CURSOR_API_KEY unset)"
      : `feature: ${claimant[0]} enabled (url=${urlOf(config, claimant[0])})`,
    ...TIERS.filter((tier) => redirect.to !== undefined && redirect.models[tier] === "").map(
      (tier) =>
        `WARNING: redirect.models.${tier} (LITELLM_FALLBACK_${tier.toUpperCase()}) is empty: redirected ${tier} requests get 500`,
    ),
    ...(isOpen(config) && redirect.to !== undefined ? [OPEN_DOOR] : []),
    ...(quota.accounts.length > 1 && redirect.probe.key !== undefined ? [ONE_KEY] : []),
    ...(quota.accounts.length === 0 ? [NOTE] : []),
  ];
  return lines.map((line) => `[proxy] ${line}`);
}

function isOpen({ auth, listener }: Config): boolean {
  return !auth.required && !isLoopbackHost(listener.bind);
}

function usageFiles({ quota: { statusFile, accounts } }: Config): readonly string[] {
  if (statusFile === undefined) return [];
  const own = accounts.map((directory) => join(directory, "usage-status.md"));
  return [...own, ...(own.includes(statusFile) ? [] : [statusFile])];
}

function urlOf({ providers }: Config, id: string): string {
  const entry = Object.hasOwn(providers, id) ? providers[id] : undefined;
  return entry?.url ?? PROVIDERS.get(entry?.kind ?? id)?.defaultBaseUrl ?? "unknown";
}
