import { isObject } from "../../../base/json.ts";
import { fail } from "../../../base/result.ts";
import { fromAuthorizedUser } from "./authorized-user.ts";
import { fromExternalAccount } from "./external-account.ts";
import { impersonate, LIFETIME_SECONDS } from "./impersonate.ts";
import { fromServiceAccount } from "./service-account.ts";
import { type CredentialFile, type FromFile, textIn } from "./source.ts";

/** A person, or another service account, that acts as a service account: `gcloud auth application-default login --impersonate-service-account`. */
const fromImpersonation: FromFile = async (file, options) => {
  const { source_credentials: source, delegates } = file;
  const url = textIn(file, "service_account_impersonation_url");
  if (url === undefined || !isObject(source)) {
    return fail(
      "the impersonation has no source_credentials or no service_account_impersonation_url",
    );
  }
  const from = Object.hasOwn(DIRECT, typeOf(source)) ? DIRECT[typeOf(source)] : undefined;
  if (from === undefined) return fail(`its source_credentials are of the type "${typeOf(source)}"`);
  const by = await from(source, options);
  if (!by.ok) return by;
  const named = Array.isArray(delegates)
    ? delegates.filter((each) => typeof each === "string")
    : [];
  const asked = { url, delegates: named, lifetimeSeconds: LIFETIME_SECONDS };
  return await impersonate(asked, by.value.value.token, options);
};

const DIRECT: Readonly<Record<string, FromFile>> = {
  authorized_user: fromAuthorizedUser,
  external_account: fromExternalAccount,
  service_account: fromServiceAccount,
};

const TYPES: Readonly<Record<string, FromFile>> = {
  ...DIRECT,
  impersonated_service_account: fromImpersonation,
};

/** What a credential file of any type that is known gives. */
export const fromFile: FromFile = async (file, options) => {
  const type = typeOf(file);
  const from = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (from !== undefined) return await from(file, options);
  return fail(`it is of the type "${type}"; known are ${Object.keys(TYPES).join(", ")}`);
};

function typeOf(file: CredentialFile): string {
  return textIn(file, "type")?.slice(0, 64) ?? "";
}
