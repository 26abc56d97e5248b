import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { readIfThere, writeAtomically } from "./files.ts";

const entrySchema = z.object({
  /** Values as JSON text, as they were written. */
  written: z.record(z.string(), z.string()),
  /** Values as JSON text, as they were before; null where there was none. */
  previous: z.record(z.string(), z.string().nullable()),
  created: z.boolean(),
  createdEnv: z.boolean(),
  /** Of the file as it was left, to tell whether somebody changed it since. */
  sha256: z.string(),
  /** The file's bytes before the first write; null when it did not exist or was changed between two writes. */
  backup: z.string().nullable(),
  /** A line that was added to a git exclude file. */
  exclude: z.object({ file: z.string(), line: z.string() }).nullable(),
});

const stateSchema = z.object({ version: z.literal(1), files: z.record(z.string(), entrySchema) });

/** What was done to one settings file, kept so that exactly that can be undone. */
export type Connection = z.infer<typeof entrySchema>;

/** Connections by the settings file's path. */
export type Connections = Readonly<Record<string, Connection>>;

const MAX_STATE_BYTES = 2 ** 20;

export function statePath(dataDir: string): string {
  return join(dataDir, "connect-claude-code.json");
}

export async function readConnections(dataDir: string): Promise<Result<Connections, string>> {
  const path = statePath(dataDir);
  const file = await readIfThere(path);
  if (!file.ok) return file;
  if (file.value === undefined) return ok({});
  const parsed = parseJson(file.value, { maxBytes: MAX_STATE_BYTES });
  const state = parsed.ok ? stateSchema.safeParse(parsed.value) : undefined;
  if (state?.success === true) return ok(state.data.files);
  return fail(
    `${path} is not readable, so previous values are not known. Undo by hand from the backup beside the settings file, then delete ${path}.`,
  );
}

export async function writeConnections(
  dataDir: string,
  files: Connections,
): Promise<Result<undefined, string>> {
  const text = `${JSON.stringify({ version: 1, files }, null, 2)}\n`;
  return await writeAtomically(statePath(dataDir), Buffer.from(text), { mode: 0o600 });
}
