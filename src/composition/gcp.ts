import type { HeaderList } from "../base/header-list.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import type { Config } from "../config/schema.ts";
import { bearer, type GoogleService } from "../upstream/providers/provider.ts";
import { type AccessToken, openAccessTokens, projectOf } from "../upstream/signing/google/index.ts";
import { askUrlBy } from "./ask-url.ts";
import type { CloudAccess, Surroundings } from "./clouds.ts";
import { readText } from "./read-text.ts";

/** A service of Google Cloud, and whose token goes along: a key is one that was made elsewhere. */
export async function openGcp(
  { tokenVariable, baseUrl }: GoogleService,
  { url, key, gcp = {} }: Config["providers"][string],
  { env, homeDir, clock, openWay }: Surroundings,
): Promise<Result<CloudAccess, string>> {
  const credentials = { env, homeDir, file: gcp.credentials, readFile: readText };
  const location = gcp.location || env["CLOUD_ML_REGION"] || env["GOOGLE_CLOUD_LOCATION"];
  if (!location) {
    return fail(".gcp.location is needed: CLOUD_ML_REGION is not set, and nobody may guess it");
  }
  const project =
    gcp.project ||
    env["ANTHROPIC_VERTEX_PROJECT_ID"] ||
    env["GOOGLE_CLOUD_PROJECT"] ||
    (await projectOfFile(credentials));
  if (!project) {
    return fail(
      ".gcp.project is needed: neither GOOGLE_CLOUD_PROJECT nor a credential file has one",
    );
  }
  const place = baseUrl({ url, project, location });
  const made = gcp.credentials === undefined ? env[tokenVariable] : undefined;
  const token = key ?? (made ? new Secret(made) : undefined);
  if (token !== undefined) return ok({ baseUrl: place, key: token, sign: undefined });
  const tokens = openAccessTokens({ ...credentials, now: clock.now, askUrl: askUrlBy(openWay) });
  return ok({
    baseUrl: place,
    key: undefined,
    async sign(_request, stored) {
      if (stored !== undefined) return ok({ fields: [] });
      const found = await tokens.get();
      if (!found.ok) return found;
      const { value } = found;
      return ok({
        fields: fieldsOf(value),
        secret: value.token,
        forget: () => tokens.forget(value),
      });
    },
  });
}

function fieldsOf({ token, quotaProject }: AccessToken): HeaderList {
  const fields = bearer(token);
  return quotaProject === undefined ? fields : [...fields, "x-goog-user-project", quotaProject];
}

/** A file that cannot be read is complained of by whoever looks for credentials in it. */
async function projectOfFile(
  credentials: Parameters<typeof projectOf>[0],
): Promise<string | undefined> {
  try {
    return await projectOf(credentials);
  } catch {
    return undefined;
  }
}
