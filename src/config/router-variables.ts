import { type EnvironmentVariable, readInteger, readList } from "./environment-variable.ts";

const LITELLM = "LITELLM_URL";
const COMPOSER = "CURSOR_API_KEY";
const COMPOSER_FAMILY = "composer-";
const COMPOSER_MODEL = "composer-2.5";
/** Where its hosted bridge has its Chat Completions. */
const COMPOSER_ROUTE = "/opencodev2/v1";
const COMPOSER_URL = `https://api-for-cursor.standardagents.ai${COMPOSER_ROUTE}`;

/**
 * The variables of claude-router, so that a service that runs it can run Spillway instead.
 * @source its README (read 2026-11-25)
 */
export const ROUTER_VARIABLES: readonly EnvironmentVariable[] = [
  {
    name: "CLAUDE_USAGE_FILE",
    path: "quota.statusFile",
    description: "The one-line usage file; ~ and %h are the home directory.",
  },
  {
    name: "CLAUDE_CONFIG_DIRS",
    path: "quota.accounts",
    description:
      "Claude Code's configuration directories, separated by commas, where several logins share this gateway.",
    read: readList,
  },
  {
    name: LITELLM,
    path: "providers.litellm.url",
    description:
      "URL of a LiteLLM proxy. It answers while the plan is nearly full, and for every model that is not Claude's: redirect.to and redirect.foreign become litellm.",
    also: [
      { path: "redirect.to", value: "litellm" },
      { path: "redirect.foreign", value: "litellm" },
    ],
  },
  {
    name: "LITELLM_API_KEY",
    path: "providers.litellm.key",
    description: "Bearer token for every request to LiteLLM.",
    onlyWith: LITELLM,
  },
  fallback("opus", "OPUS"),
  fallback("sonnet", "SONNET"),
  fallback("haiku", "HAIKU"),
  threshold("REDIRECT_AT_5H_PCT", "redirect.at.fiveHour", "of the 5-hour window"),
  threshold("REDIRECT_AT_7D_PCT", "redirect.at.sevenDay", "of the 7-day window"),
  threshold("REDIRECT_AT_OVERAGE_PCT", "redirect.at.overage", "of the extra usage"),
  {
    name: "HYSTERESIS_PCT",
    path: "redirect.hysteresis",
    description:
      "How far below its percentage every window has to be before the plan is used again.",
    onlyWith: LITELLM,
    read: readInteger,
  },
  {
    name: "PROBE_INTERVAL_MS",
    path: "redirect.probe.interval",
    description: "Milliseconds between two questions how full a redirected account is.",
    onlyWith: LITELLM,
    read: (text) => withUnit(text, "ms"),
  },
  {
    name: "PROBE_MODEL",
    path: "redirect.probe.model",
    description: "Model that is named when asking.",
    onlyWith: LITELLM,
  },
  {
    name: "PROBE_ENDPOINT",
    path: "redirect.probe.endpoint",
    description: "What is asked: auto, count_tokens or messages.",
    onlyWith: LITELLM,
  },
  {
    name: "ANTHROPIC_API_KEY_FOR_PROBES",
    path: "redirect.probe.key",
    description: "Credential to ask with; the callers' own are not kept then.",
    onlyWith: LITELLM,
  },
  {
    name: "MAX_BUFFER_BYTES",
    path: "limits.body",
    description: "Largest body of a request for a model, in bytes; a larger one gets 413.",
    onlyWith: LITELLM,
    read: (text) => withUnit(text, "B"),
  },
  {
    name: "COMPOSER_API_URL",
    path: "providers.composer.url",
    description: `Server of a Composer bridge; scheme, host and port count, its route is always ${COMPOSER_ROUTE}/chat/completions. For another route, providers.composer.url.`,
    onlyWith: COMPOSER,
    read: composerUrl,
  },
  {
    name: "COMPOSER_MODELS",
    path: "providers.composer.models",
    description: `Composer's models in the list of models, separated by commas: ids that begin with ${COMPOSER_FAMILY}. Default: ${COMPOSER_MODEL}.`,
    onlyWith: COMPOSER,
    read: readList,
  },
  {
    name: COMPOSER,
    path: "providers.composer.key",
    description: "Key for Cursor's Composer; models named composer-* go there.",
    also: [
      { path: "providers.composer.url", value: COMPOSER_URL, isDefault: true },
      { path: "providers.composer.models", value: [COMPOSER_MODEL], isDefault: true },
    ],
  },
];

function fallback(tier: string, suffix: string): EnvironmentVariable {
  return {
    name: `LITELLM_FALLBACK_${suffix}`,
    path: `redirect.models.${tier}`,
    description: `LiteLLM's name for what takes the place of ${tier} models; an empty one refuses their requests with 500.`,
    onlyWith: LITELLM,
    mayBeEmpty: true,
  };
}

function threshold(name: string, path: string, what: string): EnvironmentVariable {
  return {
    name,
    path,
    description: `Go on at LiteLLM from this percentage ${what}.`,
    onlyWith: LITELLM,
    read: readInteger,
  };
}

function withUnit(text: string, unit: string): string {
  return /^[0-9]{1,15}$/.test(text) ? `${text}${unit}` : text;
}

function composerUrl(text: string): string {
  return URL.canParse(text) ? `${new URL(text).origin}${COMPOSER_ROUTE}` : text;
}
