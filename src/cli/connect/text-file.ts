import { fail, ok, type Result } from "../../base/result.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { type Screen, screenOf, tildePath, wrap } from "../text.ts";
import { readIfThere, removeFile, targetOf, writeAtomically } from "./files.ts";
import { removeLines } from "./marked-block.ts";

export type Action = "print" | "write" | "undo";

/** A client whose settings are a file of lines. */
export interface TextConnection {
  /** As people call the client. */
  readonly client: string;
  /** Behind `spillway connect`. */
  readonly name: string;
  readonly path: string;
  readonly baseUrl: string;
  /** For people to read, and to copy. */
  readonly lines: readonly string[];
  /** The file with the lines in it; the refusal is for people, and the file stays as it is. */
  readonly add: (file: string) => Result<string, string>;
  /** What is still to be done by hand. */
  readonly next: readonly string[];
}

/** Shows the lines that connect a client, writes them, or takes them out again. */
export async function connectByText(
  deps: CliDeps,
  connection: TextConnection,
  { action, json }: { readonly action: Action; readonly json: boolean },
): Promise<Result<undefined, CliFailure>> {
  const path = await targetOf(connection.path);
  const read = await readIfThere(path);
  if (!read.ok) return fail(cliFailure(1, read.error));
  const before = read.value?.toString("utf8");
  const after = action === "undo" ? ok(removeLines(before ?? "")) : connection.add(before ?? "");
  if (!after.ok) {
    const shown = tildePath(path, deps.homeDir);
    return fail(cliFailure(1, `${shown}: ${after.error}. The file was left as it is.`));
  }
  const changed = after.value !== (before ?? "");
  const isWritten = action !== "print" && changed;
  if (isWritten) {
    // What we alone filled goes as it came.
    const isOurs = action === "undo" && after.value.trim() === "";
    const done = isOurs
      ? await removeFile(path)
      : await writeAtomically(path, Buffer.from(after.value), {
          mode: 0o600,
          expected: read.value,
        });
    if (!done.ok) return fail(cliFailure(1, done.error));
  }
  const screen = screenOf(deps);
  const { client, baseUrl, lines } = connection;
  if (json) screen.json({ client, base_url: baseUrl, path, lines, changed: isWritten });
  else show(screen, { connection, action, changed, path: tildePath(path, deps.homeDir) });
  return ok(undefined);
}

interface Shown {
  readonly connection: TextConnection;
  readonly action: Action;
  readonly changed: boolean;
  readonly path: string;
}

function show(screen: Screen, { connection, action, changed, path }: Shown): void {
  const { client, name, baseUrl, lines, next } = connection;
  if (action === "undo") {
    screen.line(changed ? `${path} says what it said before.` : `Nothing to take back in ${path}.`);
    return;
  }
  if (action === "print") {
    screen.line(screen.paint("bold", `${client}, in ${path}`));
    screen.line(wrap(`Add this, or let spillway connect ${name} --write do it.`));
  } else {
    screen.line(
      changed
        ? `${client} is connected to ${baseUrl} in ${path}.`
        : `${client} was connected to ${baseUrl} already; ${path} is unchanged.`,
    );
  }
  screen.line();
  for (const line of lines) screen.line(line === "" ? "" : `  ${line}`);
  screen.line();
  for (const line of next) screen.line(wrap(line));
  if (action === "write") screen.line(`Take it back: spillway connect ${name} --undo`);
}
