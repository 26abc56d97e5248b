import { createHash, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { fail, ok, type Result } from "../base/result.ts";

/** A key that seals the data keys of stored credentials. */
export interface MasterKey {
  /** 16 hex digits of a hash: names the key in envelopes and tells nothing of it. */
  readonly id: string;
  /** AES-256; prints nothing. */
  readonly key: KeyObject;
}

const KEY_BYTES = 32;
const ID_LENGTH = 16;
const ID_LABEL = "spillway master key id\0";
const HOW_TO_MAKE = "make one with: openssl rand -hex 32";

export function makeMasterKey(): MasterKey {
  return toMasterKey(randomBytes(KEY_BYTES));
}

/** Reads 32 bytes in hex, base64 or base64url. The refusal goes on after the name of where the key stood. */
export function readMasterKey(text: string): Result<MasterKey, string> {
  const bytes = toBytes(text.trim());
  if (bytes === undefined || bytes.length > KEY_BYTES) {
    return fail(`is not a master key: 32 bytes in hex or base64 are needed; ${HOW_TO_MAKE}`);
  }
  if (bytes.length === 0) return fail("is empty");
  if (bytes.length < KEY_BYTES) {
    return fail(`is too short: 32 bytes in hex or base64 are needed; ${HOW_TO_MAKE}`);
  }
  if (bytes.every((byte) => byte === bytes[0])) {
    return fail(`is too weak to be a master key, for its bytes are all the same; ${HOW_TO_MAKE}`);
  }
  return ok(toMasterKey(bytes));
}

/** The key itself, as the file keeps it. */
export function masterKeyText({ key }: MasterKey): string {
  return key.export().toString("hex");
}

function toMasterKey(bytes: Buffer): MasterKey {
  const id = createHash("sha256").update(ID_LABEL).update(bytes).digest("hex");
  return { id: id.slice(0, ID_LENGTH), key: createSecretKey(bytes) };
}

function toBytes(text: string): Buffer | undefined {
  // Base64 of 32 bytes has 43 characters, or ends in `=`: it is never taken for hex.
  if (/^(?:[0-9a-fA-F]{2})*$/.test(text)) return Buffer.from(text, "hex");
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined;
}
