import { fail, ok, type Result } from "./result.ts";

/** An integer count of nano-dollars (1e-9 USD). Money is never a float. */
export type NanoUsd = bigint & { readonly __brand: "NanoUsd" };

export const ZERO_USD = nanoUsd(0n);

const NANO_DIGITS = 9;
const MAX_DIGITS = 18;

/** The one place where an integer becomes money. */
export function nanoUsd(amount: bigint): NanoUsd {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand exists only for the compiler
  return amount as NanoUsd;
}

/** Reads a plain decimal amount of dollars, such as `5.25`, exactly. Negative or finer than a nano-dollar is refused. */
export function parseUsd(text: string): Result<NanoUsd, string> {
  if (/^-[0-9.]/.test(text)) return fail(`"${text}" is negative; a price cannot be`);
  const match = /^([0-9]{1,12})(?:\.([0-9]{1,18}))?$/.exec(text);
  if (match === null) return fail(`"${text}" is not an amount of dollars such as "5.25"`);
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > NANO_DIGITS) return fail(`"${text}" has more than ${NANO_DIGITS} decimals`);
  return ok(nanoUsd(BigInt(`${match[1]}${fraction.padEnd(NANO_DIGITS, "0")}`)));
}

/** Shows dollars: exactly, with at least two decimals, or rounded half away from zero to `digits` decimals. */
export function formatUsd(amount: NanoUsd, options: { readonly digits?: number } = {}): string {
  if (options.digits !== undefined) {
    return withSymbol("$", decimal(amount, NANO_DIGITS, options.digits));
  }
  const exact = decimal(amount, NANO_DIGITS, NANO_DIGITS);
  return withSymbol("$", exact.replace(/0{1,7}$/, ""));
}

/** ISO 4217 codes with a sign that people know without the code. */
const SYMBOLS: Readonly<Record<string, string>> = {
  USD: "$",
  EUR: "€",
  GBP: "£",
  INR: "₹",
  JPY: "¥",
};

/**
 * Shows dollars in another currency, by exact arithmetic with a decimal rate such as `88.5` units for a dollar.
 *
 * An unreadable rate is a bug: configuration checks it with `isRate`.
 */
export function formatMoney(
  amount: NanoUsd,
  currency: string,
  rate: string,
  options: { readonly digits?: number } = {},
): string {
  const text = toCurrency(amount, rate, { digits: options.digits ?? 4 });
  return withSymbol(SYMBOLS[currency] ?? `${currency} `, text);
}

/** Dollars as a plain decimal of another currency, without its sign: `-12.3456`. The rate is as of `formatMoney`. */
export function toCurrency(
  amount: NanoUsd,
  rate: string,
  options: { readonly digits: number },
): string {
  const factor = parseRate(rate);
  if (factor === undefined) throw new Error(`not a currency rate: ${rate}`);
  return decimal(amount * factor.digits, NANO_DIGITS + factor.scale, options.digits);
}

/**
 * An amount of another currency in dollars, rounded down to the nano-dollar; undefined when either text is no decimal.
 *
 * `rate` is units of the currency for one dollar, above zero.
 */
export function fromCurrency(amount: string, rate: string): NanoUsd | undefined {
  const units = parseUsd(amount);
  const factor = parseRate(rate);
  if (!units.ok || factor === undefined) return undefined;
  return nanoUsd((units.value * 10n ** BigInt(factor.scale)) / factor.digits);
}

/** True for a positive plain decimal that `formatMoney` accepts as a rate. */
export function isRate(text: string): boolean {
  return parseRate(text) !== undefined;
}

function parseRate(text: string): { readonly digits: bigint; readonly scale: number } | undefined {
  const match = /^([0-9]{1,9})(?:\.([0-9]{1,12}))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = match[2] ?? "";
  const digits = BigInt(`${match[1]}${fraction}`);
  return digits === 0n ? undefined : { digits, scale: fraction.length };
}

/** `value` / 10^`scale` as a decimal text with `digits` decimals, rounded half away from zero. */
function decimal(value: bigint, scale: number, digits: number): string {
  const places = Math.min(Math.max(0, Math.trunc(digits)), MAX_DIGITS);
  const magnitude = value < 0n ? -value : value;
  const shift = scale - places;
  const scaled =
    shift > 0
      ? (magnitude + 10n ** BigInt(shift) / 2n) / 10n ** BigInt(shift)
      : magnitude * 10n ** BigInt(-shift);
  const text = scaled.toString().padStart(places + 1, "0");
  const whole = text.slice(0, text.length - places);
  const fraction = text.slice(text.length - places);
  const sign = value < 0n && scaled !== 0n ? "-" : "";
  return `${sign}${whole}${places > 0 ? `.${fraction}` : ""}`;
}

function withSymbol(symbol: string, text: string): string {
  return text.startsWith("-") ? `-${symbol}${text.slice(1)}` : `${symbol}${text}`;
}
