import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { z } from "zod";
import { parseJson } from "../base/json.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import type { MasterKey } from "./master-key.ts";

/** To whom a sealed credential belongs; it opens nowhere else. */
export interface SealedFor {
  readonly organisation: string;
  readonly provider: string;
}

/** Why an envelope does not open; `other_key` names the master key that sealed it. */
export type EnvelopeFailure =
  | { readonly kind: "damaged" }
  | { readonly kind: "other_key"; readonly master: string };

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_BYTES = 16 * 1024;

const part = z.string().regex(/^[A-Za-z0-9_-]+$/);
const envelope = z.strictObject({
  v: z.literal(1),
  /** Id of the master key. */
  master: z.string().regex(/^[0-9a-f]{16}$/),
  /** The data key under the master key: nonce, ciphertext and tag. */
  key: part,
  /** The credential under the data key, likewise. */
  data: part,
});
type Envelope = z.infer<typeof envelope>;

/** Seals a credential under a data key of its own, and that under the master key (ADR 0007); JSON text. */
export function sealEnvelope(secret: Secret, owner: SealedFor, master: MasterKey): string {
  const dataKey = randomBytes(KEY_BYTES);
  const sealed: Envelope = {
    v: 1,
    master: master.id,
    key: seal(master.key, dataKey, boundTo("data key", owner)),
    data: seal(
      createSecretKey(dataKey),
      Buffer.from(secret.reveal(), "utf8"),
      boundTo("credential", owner),
    ),
  };
  dataKey.fill(0);
  return JSON.stringify(sealed);
}

/** Opens an envelope, and says which master key had sealed it. */
export function openEnvelope(
  text: string,
  owner: SealedFor,
  find: (masterId: string) => KeyObject | undefined,
): Result<{ readonly secret: Secret; readonly master: string }, EnvelopeFailure> {
  const json = parseJson(text, { maxBytes: MAX_BYTES });
  const parsed = json.ok ? envelope.safeParse(json.value) : undefined;
  if (parsed?.success !== true) return fail({ kind: "damaged" });
  const { master, key, data } = parsed.data;
  const masterKey = find(master);
  if (masterKey === undefined) return fail({ kind: "other_key", master });
  const dataKey = unseal(masterKey, key, boundTo("data key", owner));
  if (dataKey?.length !== KEY_BYTES) return fail({ kind: "damaged" });
  const value = unseal(createSecretKey(dataKey), data, boundTo("credential", owner));
  dataKey.fill(0);
  return value === undefined
    ? fail({ kind: "damaged" })
    : ok({ secret: new Secret(value.toString("utf8")), master });
}

/** Random nonces do: a data key seals once, a master key far fewer than 2^32 times. */
function seal(key: KeyObject, plain: Buffer, bound: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(bound);
  const sealed = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString("base64url");
}

function unseal(key: KeyObject, text: string, bound: Buffer): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  // The last character has spare bits: one value has one text.
  if (bytes.toString("base64url") !== text || bytes.length < NONCE_BYTES + TAG_BYTES) {
    return undefined;
  }
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bound);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const sealed = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** What a part is, and whose: each text behind its length, so that no two owners read alike. */
function boundTo(what: string, { organisation, provider }: SealedFor): Buffer {
  const texts = ["spillway stored credential v1", what, organisation, provider];
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
