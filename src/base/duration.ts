import { fail, ok, type Result } from "./result.ts";

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads a duration with its unit, such as `250ms`, `75s`, `10m`, `2h` or `1d`, as milliseconds. */
export function parseDurationMs(text: string): Result<number, string> {
  const match = /^([0-9]{1,12}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)$/.exec(text);
  const amount = Number(match?.[1]);
  const unit = MS_PER_UNIT[match?.[2] ?? ""];
  if (unit === undefined) {
    return fail(
      `"${text}" is not a duration; write a number and a unit (ms, s, m, h, d), such as "75s"`,
    );
  }
  const durationMs = Math.round(amount * unit);
  return Number.isSafeInteger(durationMs) ? ok(durationMs) : fail(`"${text}" is too long`);
}
