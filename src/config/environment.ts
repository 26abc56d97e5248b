import { isIP } from "node:net";
import { nearestName } from "../base/nearest.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { ENVIRONMENT } from "./environment-table.ts";
import { type EnvironmentVariable, readInteger } from "./environment-variable.ts";
import { isHostName, isLoopbackHost } from "./fields.ts";
import type { ConfigFlags, Environment } from "./inputs.ts";
import type { ConfigProblem } from "./problem.ts";

/** A value from outside the file, and what brought it. */
export interface Override {
  /** `listener.port` */
  readonly path: string;
  readonly value: unknown;
  /** `flag --port`, `env PORT`: as `explain` shows it. */
  readonly source: string;
  /** True: what the file says goes before it. */
  readonly isDefault?: true;
}

const FLAGS: readonly {
  readonly flag: keyof ConfigFlags;
  readonly name: string;
  readonly path: string;
}[] = [
  { flag: "port", name: "--port", path: "listener.port" },
  { flag: "bind", name: "--bind", path: "listener.bind" },
  { flag: "dataDir", name: "--data-dir", path: "data.dir" },
  { flag: "anthropicUrl", name: "--anthropic-url", path: "anthropic.url" },
  { flag: "logLevel", name: "--log-level", path: "log.level" },
  { flag: "logFormat", name: "--log-format", path: "log.format" },
];

export interface OutsideValues {
  /** At most one for each path, the strongest. */
  readonly overrides: readonly Override[];
  readonly warnings: readonly string[];
}

/** Values from flags and environment, flags first. An empty variable counts as unset. */
export function readOutside(
  flags: ConfigFlags,
  env: Environment,
): Result<OutsideValues, ConfigProblem[]> {
  const byPath = new Map<string, Override>();
  const warnings = unknownVariables(env);
  const add = (override: Override): void => {
    const stronger = byPath.get(override.path);
    if (stronger === undefined) byPath.set(override.path, override);
    else warnings.push(`${override.source} is not used: ${stronger.source} sets ${override.path}`);
  };
  for (const { flag, name, path } of FLAGS) {
    const text = flags[flag];
    if (text === undefined) continue;
    const value = path === "listener.port" ? readInteger(text) : text;
    add({ path, value, source: `flag ${name}` });
  }
  for (const variable of ENVIRONMENT) {
    const { name, path, read = (text) => text, also = [] } = variable;
    const text = env[name];
    if (path === undefined || text === undefined || !counts(variable, text, env)) continue;
    const source = `env ${name}`;
    if (name === "ANTHROPIC_HOST_OVERRIDE") {
      const url = urlOfHost(text);
      if (!url.ok) return fail([{ path, message: url.error, source }]);
      add({ path, value: url.value, source });
      warnings.push(`${name} is for tests; SPILLWAY_ANTHROPIC_URL sets the upstream in earnest`);
      continue;
    }
    add({ path, value: read(text), source });
    for (const more of also) {
      if (more.isDefault !== true || !byPath.has(more.path)) add({ ...more, source });
    }
  }
  if (isSet(env["LITELLM_URL"]) && !isSet(env["LITELLM_API_KEY"])) {
    warnings.push("LITELLM_URL is set without LITELLM_API_KEY, so LiteLLM is asked without a key");
  }
  warnings.push(...foreignComposerModels(byPath.get("providers.composer.models")));
  return ok({ overrides: [...byPath.values()], warnings });
}

/** A name that does not lead back to Composer could be chosen, and would go elsewhere. */
function foreignComposerModels(models: Override | undefined): readonly string[] {
  if (!Array.isArray(models?.value)) return [];
  return models.value
    .filter((id) => !String(id).startsWith("composer-"))
    .map((id) => `COMPOSER_MODELS has ${id}, which does not begin with composer- and is not its`);
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== "";
}

/** An empty variable is none, mostly, and one whose feature is off means nothing. */
function counts(
  { onlyWith, mayBeEmpty }: EnvironmentVariable,
  text: string,
  env: Environment,
): boolean {
  if (text === "" && mayBeEmpty !== true) return false;
  return onlyWith === undefined || isSet(env[onlyWith]);
}

const HOST_REMEDY =
  "expected host or host:port without scheme and path; SPILLWAY_ANTHROPIC_URL takes a full URL";

/** The upstream's URL for a `host[:port]`; an IPv6 address with a port stands in brackets. */
export function urlOfHost(text: string): Result<string, string> {
  const match = isIP(text) === 6 ? null : /^(\[[^\]]+\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(text);
  const host = isIP(text) === 6 ? `[${text}]` : (match?.[1] ?? "");
  const port = Number(match?.[2] ?? 443);
  if (!isHostName(host) || port < 1 || port > 65_535) return fail(HOST_REMEDY);
  if (isLoopbackHost(host) && port !== 443) return ok(`http://${host}:${port}`);
  return ok(port === 443 ? `https://${host}` : `https://${host}:${port}`);
}

/** Variables of other parts of the program: its start script and its tests. */
const OTHER_PREFIXES: readonly string[] = [
  "SPILLWAY_TEST_",
  "SPILLWAY_BOOTSTRAP_",
  "SPILLWAY_BENCH_",
];

function unknownVariables(env: Environment): string[] {
  const known = ENVIRONMENT.map(({ name }) => name);
  return Object.keys(env)
    .filter((name) => name.startsWith("SPILLWAY_") && !known.includes(name))
    .filter((name) => !OTHER_PREFIXES.some((prefix) => name.startsWith(prefix)))
    .toSorted()
    .map((name) => {
      const nearest = nearestName(name, known);
      const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
      return `environment variable ${name} is not known${hint}`;
    });
}
