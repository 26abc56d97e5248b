import type { StoredCredential } from "./stored-credential.ts";

/** A stored credential as JSON, without the key. Times are ISO 8601 in UTC. */
export interface CredentialView {
  readonly provider: string;
  readonly label: string;
  readonly mask: string;
  readonly overflow: boolean;
  /** Whether the provider takes the key; null: not asked now, or no clear answer. */
  readonly verified: boolean | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The JSON of a stored credential for `/me/byok`. */
export function credentialView(
  stored: StoredCredential,
  verified: boolean | null = null,
): CredentialView {
  const { provider, label, mask, overflow, createdAt, updatedAt } = stored;
  return {
    provider,
    label,
    mask,
    overflow,
    verified,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
  };
}
