import { createHash } from "node:crypto";
import { fail, ok, type Result } from "../../base/result.ts";
import { backUp, readIfThere, removeFile, writeAtomically } from "./files.ts";
import { ensureIgnored, type IgnoreState, removeExclude } from "./git-exclude.ts";
import {
  changeEnv,
  envValueText,
  readSettings,
  type Settings,
  type SettingsProblem,
} from "./settings-edit.ts";
import { type Connection, readConnections, writeConnections } from "./state.ts";
import type { Variable } from "./variables.ts";

/** What connecting does with one variable. */
export interface PlannedVariable extends Variable {
  readonly action: "set" | "replace" | "unchanged" | "kept";
  /** The user's own value, where it is kept or replaced. */
  readonly own?: unknown;
}

/** Compares what connecting wants with what the file has. */
export function planVariables(
  variables: readonly Variable[],
  env: Readonly<Record<string, unknown>>,
): readonly PlannedVariable[] {
  return variables.map((variable) => {
    const own = env[variable.name];
    if (own === undefined) return { ...variable, action: "set" };
    if (own === variable.value) return { ...variable, action: "unchanged" };
    return { ...variable, action: variable.keepsOwnValue ? "kept" : "replace", own };
  });
}

export interface Place {
  /** The settings file, links followed. */
  readonly path: string;
  readonly dataDir: string;
  /** Whether git must be told to leave the file alone. */
  readonly keepOutOfGit: boolean;
}

/** A settings file as it is now; `bytes` is undefined when it does not exist. */
export interface SettingsFile extends Settings {
  readonly bytes: Buffer | undefined;
}

/** Reads a settings file, or says why it is left alone, with the place of the error. */
export async function readSettingsFile(path: string): Promise<Result<SettingsFile, string>> {
  const file = await readIfThere(path);
  if (!file.ok) return file;
  if (file.value === undefined) return ok({ value: {}, env: {}, bytes: undefined });
  const settings = readSettings(file.value);
  if (settings.ok) return ok({ ...settings.value, bytes: file.value });
  return fail(brokenSettings(path, settings.error));
}

function brokenSettings(path: string, problem: SettingsProblem): string {
  const place = problem.line === undefined ? "" : `:${problem.line}:${problem.column}`;
  return `${path}${place}: ${problem.message}. The file was left as it is; correct it and run the command again.`;
}

export interface Written {
  readonly changed: boolean;
  readonly backup: string | undefined;
  readonly ignore: IgnoreState | undefined;
}

/** Writes the planned variables, remembering what they replace; a second time it changes nothing. */
export async function writeConnection(
  place: Place,
  file: SettingsFile,
  plan: readonly PlannedVariable[],
): Promise<Result<Written, string>> {
  const { path, dataDir } = place;
  const changes = new Map(
    plan
      .filter(({ action }) => action === "set" || action === "replace")
      .map(({ name, value }) => [name, JSON.stringify(value)]),
  );
  const ignore = place.keepOutOfGit ? await ensureIgnored(path) : undefined;
  if (changes.size === 0) return ok({ changed: false, backup: undefined, ignore });
  const connections = await readConnections(dataDir);
  if (!connections.ok) return connections;

  const before = file.bytes ?? Buffer.alloc(0);
  const after = changeEnv(before, changes);
  const backup = file.bytes === undefined ? undefined : await backUp(path);
  if (backup !== undefined && !backup.ok) return backup;
  const earlier = connections.value[path];
  const connection = remember({ earlier, file, changes, after, backup: backup?.value, ignore });
  // First what is needed to undo, then the deed: dying in between leaves nothing that cannot be undone.
  const saved = await writeConnections(dataDir, { ...connections.value, [path]: connection });
  if (!saved.ok) return saved;
  const written = await writeAtomically(path, after, { mode: 0o600, expected: file.bytes });
  return written.ok ? ok({ changed: true, backup: backup?.value, ignore }) : written;
}

function remember(write: {
  readonly earlier: Connection | undefined;
  readonly file: SettingsFile;
  readonly changes: ReadonlyMap<string, string>;
  readonly after: Buffer;
  readonly backup: string | undefined;
  readonly ignore: IgnoreState | undefined;
}): Connection {
  const { earlier, file, changes } = write;
  const bytes = file.bytes ?? Buffer.alloc(0);
  const previous: Record<string, string | null> = { ...earlier?.previous };
  for (const name of changes.keys()) {
    const now = file.bytes === undefined ? undefined : envValueText(file.bytes, name);
    // What we wrote ourselves is no value of the user's.
    const isOurs = now !== undefined && earlier?.written[name] === now;
    if (!isOurs) previous[name] = now ?? null;
  }
  const isUntouched = earlier !== undefined && earlier.sha256 === sha256(bytes);
  const exclude =
    write.ignore?.kind === "added" ? { file: write.ignore.file, line: write.ignore.line } : null;
  return {
    written: { ...earlier?.written, ...Object.fromEntries(changes) },
    previous,
    created: file.bytes === undefined || earlier?.created === true,
    createdEnv: file.value["env"] === undefined || earlier?.createdEnv === true,
    sha256: sha256(write.after),
    backup: isUntouched ? earlier.backup : (write.backup ?? null),
    exclude: exclude ?? earlier?.exclude ?? null,
  };
}

export interface Undone {
  readonly changed: boolean;
  /** The file did not exist before, and does not any more. */
  readonly removedFile: boolean;
  /** Variables that somebody changed since; they stay. */
  readonly kept: readonly string[];
}

/** Takes back exactly what was written; undefined when nothing was. */
export async function undoConnection(place: Place): Promise<Result<Undone | undefined, string>> {
  const { path, dataDir } = place;
  const connections = await readConnections(dataDir);
  if (!connections.ok) return connections;
  const { [path]: connection, ...others } = connections.value;
  if (connection === undefined) return ok(undefined);
  const file = await readSettingsFile(path);
  if (!file.ok) return file;
  const undone = await restore(path, connection, file.value);
  if (!undone.ok) return undone;
  if (connection.exclude !== null) await removeExclude(connection.exclude);
  const saved = await writeConnections(dataDir, others);
  return saved.ok ? undone : saved;
}

async function restore(
  path: string,
  connection: Connection,
  file: SettingsFile,
): Promise<Result<Undone, string>> {
  const { bytes } = file;
  if (bytes === undefined) return ok({ changed: false, removedFile: false, kept: [] });
  const backup = connection.backup === null ? ok(undefined) : await readIfThere(connection.backup);
  const original = backup.ok ? backup.value : undefined;
  const isUntouched = connection.sha256 === sha256(bytes);
  const names = Object.keys(connection.written);
  const kept = names.filter((name) => {
    const now = envValueText(bytes, name);
    return now !== undefined && now !== connection.written[name];
  });
  const changes = new Map(
    names
      .filter((name) => envValueText(bytes, name) === connection.written[name])
      .map((name) => [name, connection.previous[name] ?? undefined]),
  );
  const after =
    isUntouched && original !== undefined
      ? original
      : changeEnv(bytes, changes, { dropEmptyEnv: connection.createdEnv });
  const isEmpty = connection.created && after.toString("utf8").replaceAll(/\s/g, "") === "{}";
  const done = isEmpty
    ? await removeFile(path)
    : await writeAtomically(path, after, { mode: 0o600, expected: bytes });
  if (!done.ok) return done;
  // The copy is worth nothing once the file says the same.
  if (connection.backup !== null && original?.equals(after) === true) {
    await removeFile(connection.backup);
  }
  return ok({ changed: !bytes.equals(after) || isEmpty, removedFile: isEmpty, kept });
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
