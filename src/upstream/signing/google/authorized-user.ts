import { fail, ok } from "../../../base/result.ts";
import { askForToken, type FromFile, textIn } from "./source.ts";

const TOKEN_URI = "https://oauth2.googleapis.com/token";

/**
 * A person's login, as `gcloud auth application-default login` leaves it.
 * @source https://developers.google.com/identity/protocols/oauth2/web-server#offline (read 2026-11-26)
 */
export const fromAuthorizedUser: FromFile = async (file, options) => {
  const [clientId, clientSecret, refreshToken] = [
    "client_id",
    "client_secret",
    "refresh_token",
  ].map((name) => textIn(file, name));
  if (clientId === undefined || clientSecret === undefined || refreshToken === undefined) {
    return fail("the login has no client_id, no client_secret or no refresh_token");
  }
  const lent = await askForToken(
    { url: textIn(file, "token_uri") ?? TOKEN_URI },
    {
      grant_type: "refresh_token",
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    },
    "Google's token endpoint, asked for the login of gcloud,",
    options,
  );
  if (!lent.ok) return lent;
  const quotaProject = textIn(file, "quota_project_id");
  return ok({ ...lent.value, value: { token: lent.value.value, quotaProject } });
};
