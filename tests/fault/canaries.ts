import { randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** A secret that is nowhere by chance. */
export function canary(prefix: string): string {
  return `${prefix}${randomBytes(24).toString("hex")}`;
}

/** A secret in every spelling in which it could lie somewhere, or as much of it as that spelling keeps whole. */
export function spellings(secret: string): readonly string[] {
  const raw = Buffer.from(secret);
  const core = secret.replace(/^[^0-9a-f]*-/, "");
  // In base64 of a longer text it may begin at any of three places, and the outer characters are its neighbours' too.
  const base64 = [0, 1, 2].flatMap((skipped) => {
    const whole = Math.floor((raw.length - skipped) / 3) * 3;
    const part = raw.subarray(skipped, skipped + whole);
    return [part.toString("base64"), part.toString("base64url")];
  });
  return [
    secret,
    // The random part alone, in case that a prefix was cut off.
    core.slice(-32),
    ...base64,
    raw.toString("hex"),
    raw.toString("hex").toUpperCase(),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    // UTF-16.
    Array.from(secret).join("\0"),
  ];
}

/** The names of the secrets that stand in a text or in bytes, in whatever spelling. */
export function leaksIn<Name extends string>(
  haystack: Buffer | string,
  secrets: Readonly<Record<Name, string>>,
  names: readonly Name[],
): readonly Name[] {
  const bytes = Buffer.from(haystack);
  return names.filter((name) =>
    spellings(secrets[name]).some((spelling) => bytes.includes(spelling)),
  );
}

export async function filesBelow(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true });
  const paths = names.map((name) => join(directory, name));
  const kinds = await Promise.all(paths.map((path) => stat(path)));
  return paths.filter((_path, at) => kinds[at]?.isFile());
}

/** `name in path` for every secret that stands in a file below one of the directories. */
export async function leaksInFiles<Name extends string>(
  directories: readonly string[],
  secrets: Readonly<Record<Name, string>>,
  names: readonly Name[],
): Promise<readonly string[]> {
  const leaks: string[] = [];
  for (const directory of directories) {
    for (const path of await filesBelow(directory)) {
      const found = leaksIn(await readFile(path), secrets, names);
      leaks.push(...found.map((name) => `${name} in ${path}`));
    }
  }
  return leaks;
}
