import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { Secret } from "../../base/secret.ts";

export const KEY_PREFIX = "spw-";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_BYTES = 32;
/** 62^43 is just above 2^256, and 62^6 above 2^32. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const KEY_LENGTH = KEY_PREFIX.length + RANDOM_LENGTH + CHECKSUM_LENGTH;
const SHOWN_LENGTH = 4;

/** Makes a key: `spw-`, 256 random bits and a checksum by which secret scanners and typing errors are told apart. */
export function mintSecret(): Secret {
  const number = BigInt(`0x${randomBytes(RANDOM_BYTES).toString("hex")}`);
  const body = `${KEY_PREFIX}${base62(number, RANDOM_LENGTH)}`;
  return new Secret(`${body}${checksum(body)}`);
}

/** True for a text that `mintSecret` could have made. */
export function isKeyShaped(text: string): boolean {
  if (text.length !== KEY_LENGTH || !/^spw-[0-9A-Za-z]+$/.test(text)) return false;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return text.slice(-CHECKSUM_LENGTH) === checksum(body);
}

/**
 * True where a Spillway key, or the greater part of one, stands anywhere in a text that is no place for one, such as a
 * URL or a cookie.
 */
export function carriesKey(text: string): boolean {
  return text.includes("spw") && CARRIED.test(text);
}

// A whole key counts behind anything: in a URL, `%20` or `%3D` may stand before it, which end in a digit or a letter.
const CARRIED = /(?<![0-9A-Za-z])spw-[0-9A-Za-z]{8}|spw(?:-|%2[dD])[0-9A-Za-z]{49}/;

/** What lists show of a key: enough to tell keys apart, too little to use or guess one. */
export function maskKey(key: string): string {
  if (key.length < KEY_LENGTH) return `${KEY_PREFIX}…`;
  const start = key.slice(0, KEY_PREFIX.length + SHOWN_LENGTH);
  return `${start}…${key.slice(-SHOWN_LENGTH)}`;
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function base62(number: bigint, length: number): string {
  let rest = number;
  let text = "";
  for (let i = 0; i < length; i += 1) {
    text = ALPHABET.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
