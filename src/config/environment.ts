import { isIP } from "node:net";
import { isObject, parseJson } from "../base/json.ts";
import { nearestName } from "../base/nearest.ts";
import { fail, ok, type Result } from "../base/result.ts";
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
}

/** An environment variable that Spillway reads. */
export interface EnvironmentVariable {
  readonly name: string;
  /** The field that it sets; undefined for the file's own name. */
  readonly path?: string;
  readonly description: string;
}

/** In the order of strength: of two variables for one field the earlier wins. */
export const ENVIRONMENT: readonly EnvironmentVariable[] = [
  {
    name: "SPILLWAY_CONFIG",
    description:
      "The configuration file, which must exist. Without it spillway.yaml in the data directory, if there is one; never the current directory's, which somebody else may have filled.",
  },
  { name: "PORT", path: "listener.port", description: "TCP port to listen on." },
  { name: "BIND", path: "listener.bind", description: "Address to listen on." },
  {
    name: "SPILLWAY_DATA_DIR",
    path: "data.dir",
    description: "Directory of the database and the install key.",
  },
  {
    name: "SPILLWAY_ANTHROPIC_URL",
    path: "anthropic.url",
    description: "Full URL of the Anthropic upstream, with its path prefix if it has one.",
  },
  {
    name: "ANTHROPIC_HOST_OVERRIDE",
    path: "anthropic.url",
    description:
      "For tests: host[:port] of the Anthropic upstream, port 443 unless given. https, but http for a loopback host with another port than 443.",
  },
  {
    name: "SPILLWAY_MASTER_KEY",
    path: "vault.masterKey",
    description: "Key that seals stored credentials: 32 bytes in hex or base64.",
  },
  {
    name: "SPILLWAY_MASTER_KEY_PREVIOUS",
    path: "vault.previousMasterKey",
    description: "The master key before, for the first start with a new one.",
  },
  {
    name: "CLAUDE_USAGE_FILE",
    path: "quota.statusFile",
    description: "The one-line usage file; ~ and %h are the home directory.",
  },
  {
    name: "MODELS_1M",
    path: "models.oneMillion",
    description: "Comma-separated ids, or beginnings with * behind them: gemini*,gpt-5.",
  },
  {
    name: "SEED_STOCK_MODELS",
    path: "models.stock",
    description: 'JSON: [{"id": "claude-opus-4-8", "display_name": "Claude Opus 4.8"}].',
  },
  { name: "STOCK_1M_MODELS", path: "models.stockOneMillion", description: "Comma-separated ids." },
];

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
    if (text !== undefined) add({ path, value: typed(path, text), source: `flag ${name}` });
  }
  for (const { name, path } of ENVIRONMENT) {
    const text = env[name] ?? "";
    if (path === undefined || text === "") continue;
    const source = `env ${name}`;
    if (name !== "ANTHROPIC_HOST_OVERRIDE") {
      add({ path, value: typed(path, text), source });
      continue;
    }
    const url = urlOfHost(text);
    if (!url.ok) return fail([{ path, message: url.error, source }]);
    add({ path, value: url.value, source });
    warnings.push(`${name} is for tests; SPILLWAY_ANTHROPIC_URL sets the upstream in earnest`);
  }
  return ok({ overrides: [...byPath.values()], warnings });
}

/** Text as the schema wants it; what is no number stays text, so that the schema says what is wrong. */
function typed(path: string, text: string): unknown {
  if (LISTS.has(path)) return commaList(text);
  if (path === "models.stock") return stockModels(text);
  return path === "listener.port" && /^[0-9]{1,9}$/.test(text) ? Number(text) : text;
}

/** Fields that a variable gives as a list with commas. */
const LISTS: ReadonlySet<string> = new Set(["models.oneMillion", "models.stockOneMillion"]);
const MAX_STOCK_BYTES = 64 * 1024;

function commaList(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function stockModels(text: string): unknown {
  const parsed = parseJson(text, { maxBytes: MAX_STOCK_BYTES });
  if (!parsed.ok || !Array.isArray(parsed.value)) return text;
  return parsed.value.map((item: unknown) => {
    if (!isObject(item)) return item;
    const { display_name: name, ...rest } = item;
    return { ...rest, name: name ?? rest["id"] };
  });
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
