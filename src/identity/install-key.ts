import { randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";

const FILE_NAME = "install.key";
const KEY_BYTES = 32;

/** The key of this installation: it turns tokens into account names that mean nothing elsewhere. Made on first use. */
export async function openInstallKey(dataDir: string): Promise<Result<Secret, string>> {
  const path = join(dataDir, FILE_NAME);
  try {
    await using file = await open(path, "wx", 0o600);
    const key = randomBytes(KEY_BYTES).toString("hex");
    await file.writeFile(`${key}\n`);
    await file.sync();
    return ok(new Secret(key));
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  const key = (await readFile(path, "utf8")).trim();
  // An empty key would make the hashes guessable.
  if (key.length < KEY_BYTES) {
    return fail(
      `${path} is damaged: put it back from the backup of the data directory. Only if there is none, delete it to have a new one made; every Spillway key ends then`,
    );
  }
  return ok(new Secret(key));
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
