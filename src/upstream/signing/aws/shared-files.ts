import { join } from "node:path";
import type { CredentialOptions } from "./source.ts";

/** One profile: what both files say of it. */
export type Profile = Readonly<Record<string, string>>;

type Files = Pick<CredentialOptions, "env" | "homeDir" | "readFile">;

/**
 * Reads a profile of the shared files; what `credentials` says goes before what `config` says. Undefined: neither has it.
 * @source https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html (read 2026-11-26)
 */
export async function readProfile(
  name: string,
  { env, homeDir, readFile }: Files,
): Promise<Profile | undefined> {
  const folder = join(homeDir, ".aws");
  const [credentials, config] = await Promise.all([
    readFile(env["AWS_SHARED_CREDENTIALS_FILE"] || join(folder, "credentials")),
    readFile(env["AWS_CONFIG_FILE"] || join(folder, "config")),
  ]);
  const ofConfig = parse(config ?? "");
  const found = [
    ofConfig.get(name === "default" ? "default" : `profile ${name}`) ??
      ofConfig.get(`profile ${name}`),
    parse(credentials ?? "").get(name),
  ];
  return found.some((part) => part !== undefined) ? Object.assign({}, ...found) : undefined;
}

function parse(text: string): ReadonlyMap<string, Profile> {
  const sections = new Map<string, Record<string, string>>();
  let section: Record<string, string> = {};
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/(?:^|\s)[#;].*$/, "").trimEnd();
    const head = /^\[\s*(?<name>[^\]]+?)\s*\]$/.exec(line.trim())?.groups?.["name"];
    if (head !== undefined) {
      const name = head.replace(/\s+/g, " ").replaceAll('"', "");
      section = sections.get(name) ?? {};
      sections.set(name, section);
      continue;
    }
    // What is indented belongs to the setting above, and none of those is asked for here.
    const pair = /^(?<key>\w+)\s*=\s*(?<value>.*)$/.exec(line)?.groups;
    if (pair !== undefined) section[(pair["key"] ?? "").toLowerCase()] = pair["value"] ?? "";
  }
  return sections;
}
