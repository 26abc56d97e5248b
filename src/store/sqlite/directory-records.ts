import { z } from "zod";
import { parseJson } from "../../base/json.ts";
import type { CredentialRecord, KeyHash, KeyRecord, KeySettings } from "../key-record.ts";
import { integer, optionalNumber, optionalText, type Row, text } from "./decode.ts";

const MAX_JSON_BYTES = 2 ** 20;

const settingsShape: z.ZodType<KeySettings> = z.strictObject({
  budgets: z.array(
    z.strictObject({
      amount: z.string(),
      currency: z.string(),
      period: z.enum(["day", "week", "month"]),
      timeZone: z.string(),
    }),
  ),
  dailyRequests: z.number().optional(),
  requestsPerMinute: z.number().optional(),
  tokensPerMinute: z.number().optional(),
  concurrency: z.number().optional(),
  sessionConcurrency: z.number().optional(),
  timeZone: z.string(),
  models: z.array(z.string()),
  mode: z.enum(["session", "inject", "overflow"]).optional(),
  dataPolicy: z.string().optional(),
});
const hashesShape: z.ZodType<KeyHash[]> = z.array(
  z.strictObject({ hash: z.string(), validUntil: z.number().optional() }),
);

/** A row of `virtual_key`; throws for settings that this version does not know, for a key must not lose a limit. */
export function keyRecord(row: Row): KeyRecord {
  return {
    id: text(row, "id"),
    organisation: text(row, "organisation"),
    principal: text(row, "principal"),
    name: text(row, "name"),
    role: row["role"] === "owner" ? "owner" : "member",
    mask: text(row, "mask"),
    createdAt: integer(row, "created_at"),
    expiresAt: optionalNumber(row, "expires_at"),
    revokedAt: optionalNumber(row, "revoked_at"),
    settings: settingsShape.parse(json(row, "settings")),
    hashes: hashesShape.parse(json(row, "hashes")),
  };
}

/** A row of `stored_credential`. */
export function credentialRecord(row: Row): CredentialRecord {
  return {
    organisation: text(row, "organisation"),
    provider: text(row, "provider"),
    label: text(row, "label"),
    mask: optionalText(row, "mask") ?? "",
    envelope: text(row, "envelope"),
    overflow: row["overflow"] === 1,
    createdAt: integer(row, "created_at"),
    updatedAt: integer(row, "updated_at"),
  };
}

function json(row: Row, column: string): unknown {
  const parsed = parseJson(text(row, column), { maxBytes: MAX_JSON_BYTES });
  return parsed.ok ? parsed.value : undefined;
}
