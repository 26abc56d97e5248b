import { join } from "node:path";
import { gatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import { Renewed } from "../renewed.ts";
import { fromFile } from "./credential-file.ts";
import { fromMetadata } from "./metadata.ts";
import {
  type AccessToken,
  type CredentialFile,
  type CredentialOptions,
  type Found,
  parseObject,
  textIn,
} from "./source.ts";

/**
 * The metadata server gives the same token until four minutes before its end, so asking earlier is asking in vain.
 * @source https://docs.cloud.google.com/compute/docs/access/authenticate-workloads#applications (read 2026-11-26)
 */
const AHEAD_MS = 225_000;

/** The tokens of this machine, or of the credential file that is named; fetched when first asked for. */
export function openAccessTokens(options: CredentialOptions): Renewed<AccessToken> {
  return new Renewed({
    now: options.now,
    aheadMs: AHEAD_MS,
    async obtain() {
      const found = await find(options);
      if (found.ok) return found;
      const message = `There are no Google credentials to sign with: ${found.error}`;
      return fail(gatewayError("cloud_credentials_unavailable", message));
    },
  });
}

/** The project that the credential file belongs to; undefined: it says none. Rejects when it cannot be read. */
export async function projectOf(
  options: Pick<CredentialOptions, "env" | "homeDir" | "file" | "readFile">,
): Promise<string | undefined> {
  const named = await readNamed(options);
  const file = (named.ok ? named.value?.file : undefined) ?? {};
  return textIn(file, "project_id") ?? textIn(file, "quota_project_id");
}

/**
 * Google's own order: the first place that has credentials counts.
 * @source https://docs.cloud.google.com/docs/authentication/application-default-credentials (read 2026-11-26)
 */
async function find(options: CredentialOptions): Promise<Found> {
  const named = await readNamed(options);
  if (!named.ok) return named;
  if (named.value === undefined) return (await fromMetadata(options)) ?? fail(NOWHERE);
  const found = await fromFile(named.value.file, options);
  return found.ok ? found : fail(`${named.value.path}: ${found.error}`);
}

/** The credential file: the configuration's, the environment's, or gcloud's own where there is one. */
async function readNamed({
  env,
  homeDir,
  file,
  readFile,
}: Pick<CredentialOptions, "env" | "homeDir" | "file" | "readFile">): Promise<
  Result<{ readonly path: string; readonly file: CredentialFile } | undefined, string>
> {
  const named = file ?? (env["GOOGLE_APPLICATION_CREDENTIALS"] || undefined);
  const path = named ?? join(gcloudFolder(env, homeDir), "application_default_credentials.json");
  const text = await readFile(path);
  if (text === undefined)
    return named === undefined ? ok(undefined) : fail(`there is no file ${path}`);
  const parsed = parseObject(text);
  return parsed === undefined ? fail(`${path} is no JSON object`) : ok({ path, file: parsed });
}

function gcloudFolder(env: CredentialOptions["env"], homeDir: string): string {
  if (env["CLOUDSDK_CONFIG"]) return env["CLOUDSDK_CONFIG"];
  return env["APPDATA"] ? join(env["APPDATA"], "gcloud") : join(homeDir, ".config", "gcloud");
}

const NOWHERE =
  "neither GOOGLE_APPLICATION_CREDENTIALS, nor a login of gcloud's in ~/.config/gcloud, nor a metadata server has any";
