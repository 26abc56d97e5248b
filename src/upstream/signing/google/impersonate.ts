import { fail, ok } from "../../../base/result.ts";
import { Secret } from "../../../base/secret.ts";
import { isSafeUrl } from "../safe-url.ts";
import { type CredentialOptions, type Found, parseObject, SCOPE, why } from "./source.ts";

/** A service account that another identity may act as. */
export interface Impersonation {
  readonly url: string;
  readonly delegates: readonly string[];
  readonly lifetimeSeconds: number;
}

export const LIFETIME_SECONDS = 3_600;

/**
 * Has a service account's token made for whoever may act as it.
 * @source https://docs.cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken (read 2026-11-26)
 */
export async function impersonate(
  { url, delegates, lifetimeSeconds }: Impersonation,
  by: Secret,
  { askUrl }: Pick<CredentialOptions, "askUrl">,
): Promise<Found> {
  if (!isSafeUrl(url)) {
    return fail(
      "service_account_impersonation_url is reached neither by https nor on this machine",
    );
  }
  const answer = await askUrl({
    method: "POST",
    url,
    fields: ["content-type", "application/json", "authorization", `Bearer ${by.reveal()}`],
    body: JSON.stringify({
      scope: [SCOPE],
      lifetime: `${lifetimeSeconds}s`,
      ...(delegates.length > 0 && { delegates }),
    }),
  });
  if ("failure" in answer || answer.status !== 200) {
    return fail(`the service account's token is not made: ${why(answer)}`);
  }
  const { accessToken: token, expireTime: expiresAt } = parseObject(answer.body) ?? {};
  if (typeof token !== "string" || token === "") {
    return fail("the answer to an impersonation has no token");
  }
  const expiresAtMs = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  return ok({
    value: { token: new Secret(token), quotaProject: undefined },
    expiresAtMs: Number.isNaN(expiresAtMs) ? undefined : expiresAtMs,
  });
}
