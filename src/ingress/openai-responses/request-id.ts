/** The part of a request's id that no other has, for the ids of all that the answer consists of. */
export function coreOf(requestId: string): string {
  return requestId.replace(/^.*_/, "");
}

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const TIMED_ID = /(?<time>[0-9a-hjkmnp-tv-z]{10})[0-9a-z]{16}$/;
const MS_PER_SECOND = 1_000;

/** Ids begin with the time of their making (`base/ids`), so that no clock is needed here; 0 for one that does not. */
export function madeAtSeconds(requestId: string): number {
  const digits = TIMED_ID.exec(requestId)?.groups?.["time"] ?? "";
  const ms = Array.from(digits).reduce((sum, digit) => sum * 32 + DIGITS.indexOf(digit), 0);
  return Math.floor(ms / MS_PER_SECOND);
}
