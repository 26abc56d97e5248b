import { ok, type Result } from "../../base/result.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { CONFIG_FILE_NAME, pathsOf } from "../../config/places.ts";
import { ERROR_LOG_FILE, LOG_FILE } from "../../observe/log-file.ts";
import { configuredUrl } from "../connect/base-url.ts";
import { readIfThere } from "../connect/files.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { loadConfig, type PlaceFlags } from "../location.ts";
import type { ServiceManager } from "./manager.ts";
import { managerOf } from "./manager-of.ts";
import type { ServiceFile, ServiceSettings, Variables } from "./settings.ts";
import { chooseVariables, isPlain, readSecrets, secretsText } from "./variables.ts";

export interface InstallFlags extends PlaceFlags {
  readonly env: readonly string[];
  readonly print: boolean;
  readonly json: boolean;
}

/** Everything that an installation is going to do. */
export interface InstallPlan {
  readonly manager: ServiceManager;
  readonly settings: ServiceSettings;
  readonly dataDir: string;
  /** Readable by everybody who may look there. */
  readonly files: readonly ServiceFile[];
  /** For its owner alone, and never shown; undefined without secrets. */
  readonly secrets: (ServiceFile & { readonly names: readonly string[] }) | undefined;
  readonly warnings: readonly string[];
}

/** Decides what the service looks like, from this shell, the flags and a configuration that must be valid. */
export async function planInstall(
  deps: CliDeps,
  flags: InstallFlags,
): Promise<Result<InstallPlan, CliFailure>> {
  const chosen = chooseVariables(deps.env, flags.env);
  if (!chosen.ok) return chosen;
  const given = Object.fromEntries(chosen.value);
  const withGiven: CliDeps = {
    ...deps,
    loadConfig: async (configFlags) => await deps.loadConfig(configFlags, given),
  };
  const loaded = await loadConfig(withGiven, flags);
  if (!loaded.ok) return loaded;
  const manager = managerOf(deps);
  const paths = pathsOf(deps.platform);
  const secrets = await planSecrets(manager.secretsFile, chosen.value);
  if (!secrets.ok) return secrets;
  const dataDir = loaded.value.config.data.dir;
  const logDir = paths.join(dataDir, "logs");
  const settings: ServiceSettings = {
    node: deps.host.node,
    main: deps.host.main,
    logDir,
    log: paths.join(logDir, LOG_FILE),
    errorLog: paths.join(logDir, ERROR_LOG_FILE),
    plain: plainVariables(deps, chosen.value, loaded.value),
    secretsFile: secrets.value?.path,
    baseUrl: configuredUrl(loaded.value),
  };
  const { warnings } = loaded.value;
  const files = manager.files(settings);
  return ok({ manager, settings, dataDir, files, secrets: secrets.value, warnings });
}

/** What the service would otherwise look for in its own, other environment is written down as an absolute path. */
function plainVariables(
  { platform }: CliDeps,
  chosen: Variables,
  { config, file, place, sources }: LoadedConfig,
): Variables {
  const paths = pathsOf(platform);
  const plain = new Map([...chosen].filter(([name, value]) => isPlain(name, value)));
  plain.set("SPILLWAY_DATA_DIR", config.data.dir);
  plain.delete("SPILLWAY_CONFIG");
  if (file !== undefined && place !== paths.join(config.data.dir, CONFIG_FILE_NAME)) {
    plain.set("SPILLWAY_CONFIG", place);
  }
  // A file that sets it may set it anew, and a variable would win over it.
  if (!sources.get("quota.statusFile")?.startsWith("file ")) {
    plain.set("CLAUDE_USAGE_FILE", config.quota.statusFile ?? "none");
  }
  return plain;
}

/** Secrets of this shell are added to those that are there: a later installation from another shell loses none. */
async function planSecrets(
  path: string,
  chosen: Variables,
): Promise<Result<InstallPlan["secrets"], CliFailure>> {
  const file = await readIfThere(path);
  if (!file.ok) return { ok: false, error: cliFailure(1, file.error) };
  const before = file.value?.toString("utf8");
  const there = readSecrets(before ?? "");
  const secret = [...chosen].filter(([name, value]) => !isPlain(name, value));
  const all = new Map([...there, ...secret]);
  const names = [...all.keys()];
  if (before !== undefined && secret.every(([name, value]) => there.get(name) === value)) {
    return ok({ path, text: before, names });
  }
  if (secret.length === 0) return ok(undefined);
  const text = secretsText(all);
  return text.ok ? ok({ path, text: text.value, names }) : text;
}
