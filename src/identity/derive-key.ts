import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { Secret } from "../base/secret.ts";

const KEY_BYTES = 32;

/** A key for one purpose out of this installation's: what is made with one says nothing of another. */
export function deriveKey(installKey: Secret, purpose: string): KeyObject {
  const derived = hkdfSync("sha256", installKey.reveal(), "", purpose, KEY_BYTES);
  return createSecretKey(Buffer.from(derived));
}
