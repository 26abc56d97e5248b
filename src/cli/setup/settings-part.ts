import { fail, type Result } from "../../base/result.ts";
import { readSettings } from "../connect/settings-edit.ts";
import type { Edit } from "./edited-file.ts";

/** An edit of a settings file that is only made where the file is sound: a broken one is left to its owner. */
export function settingsPart(edit: Edit): Edit {
  return {
    put: (file) => broken(file) ?? edit.put(file),
    take: (file, earlier) =>
      broken(file) ??
      edit.take(
        file,
        earlier.filter((copy) => broken(copy) === undefined),
      ),
  };
}

function broken(file: Buffer): Result<never, string> | undefined {
  const settings = readSettings(file);
  if (settings.ok) return undefined;
  const { message, line, column } = settings.error;
  const place = line === undefined ? "" : ` in line ${line}, column ${column}`;
  return fail(
    `${message}${place}. The file was left as it is; correct it and run the command again`,
  );
}
