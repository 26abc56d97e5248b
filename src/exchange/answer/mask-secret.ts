import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { allValues, type HeaderList } from "../../base/header-list.ts";
import type { Secret } from "../../base/secret.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import type { KeptAnswer } from "./relay-contract.ts";

type Decoder = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["gzip", (body, options) => gunzipSync(body, options)],
  ["x-gzip", (body, options) => gunzipSync(body, options)],
  ["deflate", (body, options) => inflateSync(body, options)],
  ["br", (body, options) => brotliDecompressSync(body, options)],
  ["zstd", (body, options) => zstdDecompressSync(body, options)],
]);
const MAX_DECODED_BYTES = 4 * 2 ** 20;
const MASK = "*";

/**
 * An error answer without the stored key that it was asked with: some upstreams repeat what they were sent. What does not
 * have it stays as it is, to the byte; a body that cannot be read is left out.
 */
export function withoutSecret(answer: KeptAnswer, secret: Secret | undefined): KeptAnswer {
  if (secret === undefined) return answer;
  const { head, body } = answer;
  const encodings = allValues(head.headers, "content-encoding").join(",").trim().toLowerCase();
  if (encodings === "" || encodings === "identity") {
    return { ...answer, body: maskBytes(body, secret) ?? body };
  }
  const decoded = decode(body, encodings);
  const masked = decoded === undefined ? Buffer.alloc(0) : maskBytes(decoded, secret);
  if (masked === undefined) return answer;
  return { ...answer, head: { ...head, headers: withoutCoding(head.headers) }, body: masked };
}

/** A head without the key, which may stand in its fields and in the words of its status line. */
export function maskHead(head: ResponseHead, secret: Secret): ResponseHead {
  const known = spellingsOf(secret);
  const all = `${head.reason}\n${head.headers.join("\n")}`;
  if (!known.some((spelling) => all.includes(spelling))) return head;
  return {
    ...head,
    reason: maskText(head.reason, secret),
    headers: head.headers.map((text) => maskText(text, secret)),
  };
}

/** Fields without a caller's own token, as it is: all that is asked of what the caller is shown anyway. */
export function maskFields(headers: HeaderList, secret: Secret): HeaderList {
  const value = secret.reveal();
  if (!headers.some((text) => text.includes(value))) return headers;
  return headers.map((text) => text.replaceAll(value, MASK.repeat(value.length)));
}

/** A text with asterisks in the place of the key, in whatever spelling. */
export function maskText(text: string, secret: Secret): string {
  return spellingsOf(secret).reduce(
    (masked, spelling) => masked.replaceAll(spelling, MASK.repeat(spelling.length)),
    text,
  );
}

/** A copy in which every spelling of the key is blotted out, as long as before; undefined where there is none. */
function maskBytes(bytes: Buffer, secret: Secret): Buffer | undefined {
  let masked: Buffer | undefined;
  for (const spelling of spellingsOf(secret)) {
    let at = bytes.indexOf(spelling);
    for (; at >= 0; at = bytes.indexOf(spelling, at + spelling.length)) {
      masked ??= Buffer.from(bytes);
      masked.fill(MASK, at, at + spelling.length);
    }
  }
  return masked;
}

/** True for a text that has a credential in it, or the beginning of one that was cut off, in whatever spelling. */
export function repeats(text: string, secret: Secret): boolean {
  if (text.includes(secret.reveal().slice(0, TELLING_LENGTH))) return true;
  // Spellings are made for texts that have room for one: most have not.
  if (!LONG_WORD.test(text)) return false;
  return spellingsOf(secret).some((spelling) => text.includes(spelling.slice(0, TELLING_LENGTH)));
}

/** Longer than what every credential of a kind begins with. */
const TELLING_LENGTH = 16;
/** Longer than the names that usage has. */
const LONG_WORD = /[\w+/=-]{33}/;

/** Made once for a secret: it takes 3 us. */
const spellings = new WeakMap<Secret, readonly string[]>();

function spellingsOf(secret: Secret): readonly string[] {
  const known = spellings.get(secret);
  if (known !== undefined) return known;
  const made = spell(Buffer.from(secret.reveal()));
  spellings.set(secret, made);
  return made;
}

/** The key as it is, in hex, and in base64 at each of the three places in which it can begin within longer text. */
function spell(key: Buffer): readonly string[] {
  const base64 = [0, 1, 2].flatMap((skipped) => {
    const whole = Math.floor((key.length - skipped) / 3) * 3;
    const part = key.subarray(skipped, skipped + whole);
    return [part.toString("base64"), part.toString("base64url")];
  });
  const hex = key.toString("hex");
  // Of a key of a few characters nothing may be left at one of the places.
  return [...new Set([key.toString(), hex, hex.toUpperCase(), ...base64])].filter(Boolean);
}

function decode(body: Buffer, encodings: string): Buffer | undefined {
  try {
    return DECODERS.get(encodings)?.(body, { maxOutputLength: MAX_DECODED_BYTES });
  } catch {
    return undefined;
  }
}

const OF_CODING: ReadonlySet<string> = new Set(["content-encoding", "content-length"]);

function withoutCoding(headers: HeaderList): HeaderList {
  return headers.filter((_text, i) => !OF_CODING.has((headers[i - (i % 2)] ?? "").toLowerCase()));
}
