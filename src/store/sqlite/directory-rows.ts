import type { CredentialRecord, KeyRecord } from "../key-record.ts";
import type { Cell } from "./rows.ts";

export const KEY_COLUMNS = [
  "id",
  "organisation",
  "principal",
  "name",
  "role",
  "mask",
  "created_at",
  "expires_at",
  "revoked_at",
  "settings",
  "hashes",
] as const;

/** In the order of `KEY_COLUMNS`. */
export function keyRow(record: KeyRecord): Cell[] {
  return [
    record.id,
    record.organisation,
    record.principal,
    record.name,
    record.role,
    record.mask,
    record.createdAt,
    record.expiresAt ?? null,
    record.revokedAt ?? null,
    JSON.stringify(record.settings),
    JSON.stringify(record.hashes),
  ];
}

export const CREDENTIAL_COLUMNS = [
  "organisation",
  "provider",
  "label",
  "mask",
  "envelope",
  "overflow",
  "created_at",
  "updated_at",
] as const;

/** In the order of `CREDENTIAL_COLUMNS`. */
export function credentialRow(record: CredentialRecord): Cell[] {
  return [
    record.organisation,
    record.provider,
    record.label,
    record.mask,
    record.envelope,
    record.overflow ? 1 : 0,
    record.createdAt,
    record.updatedAt,
  ];
}
