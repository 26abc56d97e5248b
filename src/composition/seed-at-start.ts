import { stat } from "node:fs/promises";
import { clientBaseUrl } from "../cli/models/client-base-url.ts";
import { seedPicker } from "../cli/models/picker-cache.ts";
import { pickerFolders } from "../cli/models/picker-folders.ts";
import type { ModelsView } from "../cli/models/shapes.ts";
import { isLoopbackHost } from "../config/fields.ts";
import type { ConfigInputs } from "../config/inputs.ts";
import type { Config } from "../config/schema.ts";
import type { Journal } from "../observe/journal.ts";

export interface SeedOptions {
  readonly config: Pick<Config, "models" | "quota">;
  readonly inputs: Pick<ConfigInputs, "env" | "homeDir" | "platform" | "cwd">;
  /** This server's own. */
  readonly url: string;
  readonly models: () => Promise<Pick<ModelsView, "picker" | "unavailable">>;
  readonly journal: Journal;
  readonly nowMs: number;
}

/** Does at start what `spillway seed-models` does, for whoever connected Claude Code here. A failure is only told. */
export async function seedAtStart(options: SeedOptions): Promise<void> {
  const { config, inputs, journal, models, nowMs } = options;
  const clients = await Promise.all(
    pickerFolders(inputs, config).map(async (claudeDir) => ({
      claudeDir,
      baseUrl: await baseUrlFor(options, claudeDir),
    })),
  );
  const meant = clients.flatMap(({ claudeDir, baseUrl }) =>
    baseUrl === undefined ? [] : [{ claudeDir, baseUrl }],
  );
  if (meant.length === 0) return;
  const found = await models();
  if (found.picker.length + found.unavailable.length === 0) return;
  for (const client of meant) {
    const seeded = await seedPicker({ ...client, stock: config.models, found, nowMs });
    if (!seeded.ok) journal("warn", "models.not_seeded", `The models for /model: ${seeded.error}`);
    else if (seeded.value.count !== undefined) {
      const { count, path } = seeded.value;
      const text = `Wrote ${count} models for Claude Code's /model to ${path}.`;
      journal("info", "models.seeded", text);
    }
  }
}

/** Undefined: nobody's Claude Code is meant. */
async function baseUrlFor(
  { config, inputs, url }: SeedOptions,
  folder: string,
): Promise<string | undefined> {
  const { seed } = config.models;
  if (seed === "off" || !(await isFolder(folder))) return undefined;
  const named = await clientBaseUrl(inputs.env, folder);
  if (seed === "on") return named ?? url;
  return named !== undefined && pointsTo(named, url) ? named : undefined;
}

function pointsTo(named: string, url: string): boolean {
  if (!URL.canParse(named)) return false;
  const [client, server] = [new URL(named), new URL(url)];
  const isSameHost =
    client.hostname === server.hostname ||
    (isLoopbackHost(client.hostname) && isLoopbackHost(server.hostname));
  return isSameHost && client.port === server.port && client.protocol === server.protocol;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
