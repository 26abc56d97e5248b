import type { Identity } from "../../identity/principal.ts";
import type { AccountDirectories } from "../../quota/account-directories.ts";

/** The same caller; a token that a configuration directory is logged in with is that directory's account, whatever its shape. */
export async function withDirectory(
  identity: Identity,
  directories: Pick<AccountDirectories, "resolve">,
): Promise<Identity> {
  const { account: hash, own } = identity;
  if (hash === undefined || own.class === "api_key") return identity;
  const account = await directories.resolve(hash);
  if (account === undefined) return identity;
  const credentialClass = "subscription";
  return { ...identity, account, credentialClass, own: { ...own, class: credentialClass } };
}
