export { type CredentialView, credentialView } from "./credential-view.ts";
export { type MasterKeyPlaces, type MasterKeys, openMasterKeys } from "./master-keys.ts";
export { type CredentialRequest, readCredentialRequest } from "./requests.ts";
export type { StoredCredential } from "./stored-credential.ts";
export { type NewCredential, openVault, type Vault, type VaultOptions } from "./vault.ts";
