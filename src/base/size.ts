import { fail, ok, type Result } from "./result.ts";

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
};

/** Reads a size with its unit, such as `64KB`, `32MB` or `1GB`, as bytes. Units are binary: 1 KB is 1,024 bytes. */
export function parseSizeBytes(text: string): Result<number, string> {
  const match = /^([0-9]{1,12}(?:\.[0-9]{1,3})?)(B|KB|MB|GB|TB)$/i.exec(text);
  const amount = Number(match?.[1]);
  const unit = BYTES_PER_UNIT[(match?.[2] ?? "").toUpperCase()];
  if (unit === undefined) {
    return fail(
      `"${text}" is not a size; write a number and a unit (B, KB, MB, GB, TB), such as "32MB"`,
    );
  }
  const sizeBytes = Math.round(amount * unit);
  return Number.isSafeInteger(sizeBytes) ? ok(sizeBytes) : fail(`"${text}" is too large`);
}
