import { isObject } from "../../../base/json.ts";
import { fail, ok } from "../../../base/result.ts";
import { impersonate, LIFETIME_SECONDS } from "./impersonate.ts";
import { askForToken, type CredentialFile, type FromFile, SCOPE, textIn } from "./source.ts";
import { readSubjectToken } from "./subject-token.ts";

const TOKEN_URL = "https://sts.googleapis.com/v1/token";
const GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

/**
 * Workload identity federation: a token of another identity provider, exchanged for one of Google's, and that for a service
 * account's where the file says so.
 * @source https://google.aip.dev/auth/4117 (read 2026-11-26)
 */
export const fromExternalAccount: FromFile = async (file, options) => {
  const audience = textIn(file, "audience");
  const type = textIn(file, "subject_token_type");
  if (audience === undefined || type === undefined) {
    return fail("the external account has no audience or no subject_token_type");
  }
  const subject = await readSubjectToken(file, audience, options);
  if (!subject.ok) return subject;
  const userProject = textIn(file, "workforce_pool_user_project");
  const lent = await askForToken(
    { url: textIn(file, "token_url") ?? TOKEN_URL, fields: clientOf(file) },
    {
      grant_type: GRANT,
      audience,
      scope: SCOPE,
      requested_token_type: ACCESS_TOKEN,
      subject_token: subject.value.reveal(),
      subject_token_type: type,
      ...(userProject !== undefined && { options: JSON.stringify({ userProject }) }),
    },
    "Google's Security Token Service",
    options,
  );
  if (!lent.ok) return lent;
  const url = textIn(file, "service_account_impersonation_url");
  if (url === undefined) {
    const quotaProject = textIn(file, "quota_project_id");
    return ok({ ...lent.value, value: { token: lent.value.value, quotaProject } });
  }
  const lifetimeSeconds = lifetimeOf(file);
  return await impersonate({ url, delegates: [], lifetimeSeconds }, lent.value.value, options);
};

/** Of workforce pools that want to know the client, too. */
function clientOf(file: CredentialFile): readonly string[] {
  const [id, secret] = ["client_id", "client_secret"].map((name) => textIn(file, name));
  if (id === undefined || secret === undefined) return [];
  return ["authorization", `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`];
}

function lifetimeOf(file: CredentialFile): number {
  const { service_account_impersonation: how } = file;
  const seconds = isObject(how) ? how["token_lifetime_seconds"] : undefined;
  return typeof seconds === "number" ? seconds : LIFETIME_SECONDS;
}
