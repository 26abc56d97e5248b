import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import { type ConfigInputs, readFailure } from "./inputs.ts";
import { resolvePath } from "./places.ts";

const READABLE_OR_WRITABLE_BY_EVERYONE = 0o006;

/**
 * The secret that `env:NAME` or `file:/path` refers to; other text is the secret itself.
 *
 * A file that everyone on the machine may read keeps no secret, so it is refused.
 */
export async function resolveSecret(
  text: string,
  inputs: Pick<ConfigInputs, "env" | "readFile" | "homeDir" | "platform">,
  base: string,
): Promise<Result<Secret, string>> {
  if (text.startsWith("env:")) {
    const name = text.slice("env:".length);
    const value = inputs.env[name] ?? "";
    if (value === "") return fail(`refers to the environment variable ${name}, which is not set`);
    return ok(new Secret(value));
  }
  if (!text.startsWith("file:")) return ok(new Secret(text));
  const path = resolvePath(text.slice("file:".length), { ...inputs, base });
  try {
    const file = await inputs.readFile(path);
    if (file === undefined) return fail(`refers to the file ${path}, which does not exist`);
    if (((file.mode ?? 0) & READABLE_OR_WRITABLE_BY_EVERYONE) !== 0) {
      return fail(`refers to the file ${path}, which everyone may read; run chmod 600 on it`);
    }
    const value = file.text.replace(/\r?\n$/, "");
    return value === ""
      ? fail(`refers to the file ${path}, which is empty`)
      : ok(new Secret(value));
  } catch (error) {
    return fail(`refers to the file ${path}, which cannot be read: ${readFailure(error)}`);
  }
}
