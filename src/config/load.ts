import { isObject } from "../base/json.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import { type Override, readOutside } from "./environment.ts";
import { deepFreeze } from "./freeze.ts";
import { type ConfigInputs, readFailure } from "./inputs.ts";
import { type Origin, sourceOf, toProblems } from "./issues.ts";
import { flatten } from "./leaves.ts";
import { isProxyUrl } from "./network-section.ts";
import { CONFIG_FILE_NAME, defaultDataDir, pathsOf, resolvePath } from "./places.ts";
import type { ConfigProblem } from "./problem.ts";
import {
  type Config,
  type ConfigValues,
  configSchema,
  type KeyConfig,
  type ProviderConfig,
} from "./schema.ts";
import { resolveSecret } from "./secrets.ts";
import type { YamlFile } from "./yaml-file.ts";

/** A configuration that passed every check, and where each value is from. */
export interface LoadedConfig {
  /** Deep-frozen. */
  readonly config: Config;
  /** The file that was read; undefined when there is none. */
  readonly file: string | undefined;
  /** Where the file is, or would be. */
  readonly place: string;
  /** `flag --port`, `env PORT`, `file /etc/spillway.yaml:3` or `default`, by the path of the field. */
  readonly sources: ReadonlyMap<string, string>;
  /** What works but is likely not meant; for people, at start. */
  readonly warnings: readonly string[];
}

/** Reads flags, environment and file, in this order of strength, over the defaults. */
export async function loadConfig(
  inputs: ConfigInputs,
): Promise<Result<LoadedConfig, readonly ConfigProblem[]>> {
  const outside = readOutside(inputs.flags ?? {}, inputs.env);
  if (!outside.ok) return outside;
  const { warnings } = outside.value;
  const place = placeOf(inputs, outside.value.overrides);
  const read = await readFileAt(place, inputs);
  if (!read.ok) return read;
  const file = read.value;
  const overrides = outside.value.overrides.filter(
    ({ path, isDefault }) => isDefault !== true || !hasField(file?.values, path.split(".")),
  );
  const origin: Origin = { values: withOverrides(file?.values ?? {}, overrides), overrides, file };
  const parsed = configSchema.safeParse(origin.values);
  if (!parsed.success) return fail(toProblems(parsed.error, origin));
  const finished = await finish(parsed.data, inputs, origin);
  if (!finished.ok) return finished;
  const config = finished.value;
  return ok(
    Object.freeze({
      config,
      file: file?.name,
      place: place.path,
      sources: sourcesOf(config, origin),
      warnings: [
        ...warnings,
        ...upstreamWarning(config, origin),
        ...(await unreadWarning(place.path, inputs)),
      ],
    }),
  );
}

/** Where a configuration file is, or would be. */
interface Place {
  readonly path: string;
  /** The flag or variable that names it; undefined for the data directory's file. */
  readonly namedBy?: string;
}

/** Never the current directory: a repository could bring a file that sends credentials elsewhere. */
function placeOf(inputs: ConfigInputs, overrides: readonly Override[]): Place {
  const at = (text: string) => resolvePath(text, { ...inputs, base: inputs.cwd });
  const flag = inputs.flags?.config;
  if (flag) return { path: at(flag), namedBy: "flag --config" };
  const variable = inputs.env["SPILLWAY_CONFIG"];
  if (variable) return { path: at(variable), namedBy: "env SPILLWAY_CONFIG" };
  const named = overrides.find(({ path }) => path === "data.dir")?.value;
  const dataDir =
    typeof named === "string" ? named : defaultDataDir(inputs.platform, inputs.env, inputs.homeDir);
  return { path: pathsOf(inputs.platform).join(at(dataDir), CONFIG_FILE_NAME) };
}

async function readFileAt(
  { path, namedBy }: Place,
  inputs: ConfigInputs,
): Promise<Result<YamlFile | undefined, ConfigProblem[]>> {
  try {
    const read = await inputs.readFile(path);
    if (read !== undefined) {
      // Most installations have no file, and need no parser for one.
      const { parseYamlFile } = await import("./yaml-file.ts");
      return parseYamlFile(read.text, path);
    }
  } catch (error) {
    return fail([{ path: "", message: `cannot be read: ${readFailure(error)}`, source: path }]);
  }
  if (namedBy === undefined) return ok(undefined);
  const message = `names a file that does not exist: ${path}`;
  return fail([{ path: "", message, source: namedBy }]);
}

/** The file's values with those from outside on top. An empty section (`listener:` and nothing more) sets nothing. */
function withOverrides(
  values: Readonly<Record<string, unknown>>,
  overrides: readonly Override[],
): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = { ...values };
  for (const key of Object.keys(merged)) {
    if (merged[key] === null) delete merged[key];
  }
  return overrides.reduce<Readonly<Record<string, unknown>>>(
    (group, override) => withOverride(group, override.path.split("."), override),
    merged,
  );
}

function withOverride(
  group: Readonly<Record<string, unknown>>,
  [key = "", ...rest]: readonly string[],
  override: Override,
): Readonly<Record<string, unknown>> {
  const found = Object.hasOwn(group, key) ? (group[key] ?? undefined) : undefined;
  if (rest.length === 0) return { ...group, [key]: override.value };
  // What is no group of keys stays, so that the schema refuses it.
  if (found !== undefined && !isObject(found)) return group;
  return { ...group, [key]: withOverride(found ?? {}, rest, override) };
}

/** Turns paths absolute, fetches what references name and freezes the whole. */
async function finish(
  values: ConfigValues,
  inputs: ConfigInputs,
  origin: Origin,
): Promise<Result<Config, ConfigProblem[]>> {
  const problems: ConfigProblem[] = [];
  const refuse = (path: readonly string[], message: string): void => {
    problems.push({ path: path.join("."), message, ...sourceOf(path, origin, false) });
  };
  const baseOf = (path: string): string =>
    origin.file === undefined || origin.overrides.some((override) => override.path === path)
      ? inputs.cwd
      : pathsOf(inputs.platform).dirname(origin.file.name);
  const at = (text: string, path: string) => resolvePath(text, { ...inputs, base: baseOf(path) });

  const proxy = await resolveProxy(values.egress.proxy, inputs, baseOf("egress.proxy"));
  if (!proxy.ok) refuse(["egress", "proxy"], proxy.error);
  const { proxy: _, extraCa: extraCaText, ...egress } = values.egress;
  const extraCa = extraCaText === undefined ? undefined : at(extraCaText, "egress.extraCa");
  if (extraCa !== undefined) {
    const failure = await certificateFailure(extraCa, inputs);
    if (failure !== undefined) refuse(["egress", "extraCa"], failure);
  }
  const { vault, redirect } = values;
  const fetchKey = async (path: readonly string[], text: string | undefined) => {
    const key = await resolveKey(path, text, inputs, origin);
    if (!key.ok) refuse(path, key.error);
    return key;
  };
  const fetchKeys = async (
    path: readonly string[],
    texts: ConfigValues["anthropic"]["keys"],
  ): Promise<KeyConfig[]> => {
    const keys: KeyConfig[] = [];
    for (const [i, { key: text, ...entry }] of texts.entries()) {
      const key = await fetchKey([...path, String(i), "key"], text);
      if (key.ok && key.value !== undefined) keys.push({ ...entry, key: key.value });
    }
    return keys;
  };
  const masterKey = await fetchKey(["vault", "masterKey"], vault.masterKey);
  const previousMasterKey = await fetchKey(["vault", "previousMasterKey"], vault.previousMasterKey);
  const probeKey = await fetchKey(["redirect", "probe", "key"], redirect.probe.key);
  const searchKey = await fetchKey(["search", "key"], values.search.key);
  const providers: Record<string, ProviderConfig> = {};
  for (const [name, { key: text, keys: texts, ...entry }] of Object.entries(values.providers)) {
    const key = await fetchKey(["providers", name, "key"], text);
    const keys = await fetchKeys(["providers", name, "keys"], texts);
    providers[name] = { ...entry, key: key.ok ? key.value : undefined, keys };
  }
  const anthropicKeys = await fetchKeys(["anthropic", "keys"], values.anthropic.keys);
  if (!proxy.ok || !masterKey.ok || !previousMasterKey.ok || problems.length > 0) {
    return fail(problems);
  }
  const { statusFile, accounts } = values.quota;
  return ok(
    deepFreeze({
      ...values,
      data: {
        dir: at(
          values.data.dir ?? defaultDataDir(inputs.platform, inputs.env, inputs.homeDir),
          "data.dir",
        ),
      },
      timeZone: values.timeZone ?? inputs.systemTimeZone,
      quota: {
        statusFile: statusFile === "none" ? undefined : at(statusFile, "quota.statusFile"),
        accounts: [...new Set(accounts.map((directory) => at(directory, "quota.accounts")))],
      },
      redirect: {
        ...values.redirect,
        probe: { ...values.redirect.probe, key: probeKey.ok ? probeKey.value : undefined },
      },
      anthropic: { ...values.anthropic, keys: anthropicKeys },
      providers,
      search: { ...values.search, key: searchKey.ok ? searchKey.value : undefined },
      vault: { masterKey: masterKey.value, previousMasterKey: previousMasterKey.value },
      egress: { ...egress, proxy: proxy.value, ...(extraCa === undefined ? {} : { extraCa }) },
    }),
  );
}

async function resolveProxy(
  text: string,
  inputs: ConfigInputs,
  base: string,
): Promise<Result<"none" | "env" | Secret, string>> {
  if (text === "none" || text === "env") return ok(text);
  const secret = await resolveSecret(text, inputs, base);
  if (secret.ok && !isProxyUrl(secret.value.reveal())) {
    return fail("refers to something that is not an http or https URL");
  }
  return secret;
}

/** A file holds a reference only; the environment may hold the key itself. */
async function resolveKey(
  at: readonly string[],
  text: string | undefined,
  inputs: ConfigInputs,
  { file, overrides }: Origin,
): Promise<Result<Secret | undefined, string>> {
  if (text === undefined) return ok(undefined);
  const isOutside = overrides.some(({ path }) => path === at.join("."));
  if (!isOutside && !/^(?:env|file):./.test(text)) {
    return fail(NOT_A_REFERENCE);
  }
  const base =
    isOutside || file === undefined ? inputs.cwd : pathsOf(inputs.platform).dirname(file.name);
  return await resolveSecret(text, inputs, base);
}

const NOT_A_REFERENCE = "expected env:NAME or file:/path, not the key itself";

async function certificateFailure(path: string, inputs: ConfigInputs): Promise<string | undefined> {
  try {
    const file = await inputs.readFile(path);
    if (file === undefined) return `names a file that does not exist: ${path}`;
    if (file.text.includes("-----BEGIN CERTIFICATE-----")) return undefined;
    return `names a file without a PEM certificate: ${path}`;
  } catch (error) {
    return `names a file that cannot be read: ${path}: ${readFailure(error)}`;
  }
}

function sourcesOf(config: Config, origin: Origin): ReadonlyMap<string, string> {
  return new Map(flatten(config).map(({ path }) => [path, sourceOfField(path, origin)]));
}

function hasField(values: unknown, parts: readonly string[]): boolean {
  let group = values;
  for (const part of parts) {
    if (!isObject(group) || !Object.hasOwn(group, part)) return false;
    group = group[part];
  }
  return true;
}

function sourceOfField(path: string, origin: Origin): string {
  const override = origin.overrides.find((candidate) => candidate.path === path);
  if (override !== undefined) return override.source;
  const parts = path.split(".");
  if (!hasField(origin.values, parts)) return "default";
  return origin.file === undefined
    ? "default"
    : `file ${origin.file.name}:${origin.file.locateKey(parts).line}`;
}

/** Says where credentials go when a file decides it: the file may be copied from somebody else. */
function upstreamWarning(config: Config, origin: Origin): string[] {
  const source = sourceOfField("anthropic.url", origin);
  if (!source.startsWith("file ")) return [];
  return [`requests and credentials go to ${config.anthropic.url}, as ${source.slice(5)} says`];
}

/** Says it when the current directory has a file of that name, which people may expect to count. */
async function unreadWarning(place: string, inputs: ConfigInputs): Promise<string[]> {
  const near = pathsOf(inputs.platform).join(inputs.cwd, CONFIG_FILE_NAME);
  const found = await inputs.realPath(near);
  if (found === undefined || found === (await inputs.realPath(place))) return [];
  return [`${near} is not read; to use it, name it in SPILLWAY_CONFIG or move it to ${place}`];
}
