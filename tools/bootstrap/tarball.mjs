import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

const BLOCK_BYTES = 512;

/**
 * Whether the bytes have the digest that a package lock would call their integrity.
 *
 * @param {Uint8Array} bytes
 * @param {string} integrity `sha512-` and base64
 */
export function hasIntegrity(bytes, integrity) {
  return integrity === `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

/**
 * One file of a package's .tgz. Machines without a `tar` program need none this way.
 *
 * @param {Uint8Array} archive
 * @param {string} name
 * @returns {Buffer | undefined}
 */
export function extractFile(archive, name) {
  const tar = gunzipSync(archive);
  for (let at = 0; at + BLOCK_BYTES <= tar.length; ) {
    const sizeBytes = Number.parseInt(field(tar, at + 124, 12), 8) || 0;
    const start = at + BLOCK_BYTES;
    if (field(tar, at, 100) === name) return tar.subarray(start, start + sizeBytes);
    at = start + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return undefined;
}

/** @param {Buffer} tar @param {number} start @param {number} length */
function field(tar, start, length) {
  const text = tar.toString("latin1", start, start + length);
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
