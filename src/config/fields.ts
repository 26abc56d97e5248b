import { isIP } from "node:net";
import { z } from "zod";
import { parseDurationMs } from "../base/duration.ts";
import { isRate, parseUsd } from "../base/money.ts";
import { parseSizeBytes } from "../base/size.ts";

/** Node's timers count in 32 bits; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const DURATION_REMEDY = 'expected a number with a unit (ms, s, m, h, d), such as "75s"';
const SIZE_REMEDY = 'expected a number with a unit (B, KB, MB, GB), such as "32MB"';

/** A span of time with its unit; milliseconds once read. Messages never repeat the value, for it may be a secret. */
export function durationField(minMs: number) {
  return z
    .string({ error: DURATION_REMEDY })
    .transform((text, context) => {
      const durationMs = parseDurationMs(text);
      if (!durationMs.ok) return refuse(context, DURATION_REMEDY);
      if (durationMs.value < minMs) return refuse(context, `expected at least ${minMs}ms`);
      if (durationMs.value > MAX_TIMER_MS) return refuse(context, "expected at most 24 days");
      return durationMs.value;
    })
    .meta({ "x-type": "duration", pattern: "^[0-9]+(\\.[0-9]{1,3})?(ms|s|m|h|d)$" });
}

/** An amount of memory or data with its unit; bytes once read. */
export function sizeField(minBytes: number) {
  return z
    .string({ error: SIZE_REMEDY })
    .transform((text, context) => {
      const sizeBytes = parseSizeBytes(text);
      if (!sizeBytes.ok) return refuse(context, SIZE_REMEDY);
      if (sizeBytes.value < minBytes) return refuse(context, `expected at least ${minBytes} B`);
      return sizeBytes.value;
    })
    .meta({ "x-type": "size", pattern: "^[0-9]+(\\.[0-9]{1,3})?([KMGT]?B|[kmgt]?b)$" });
}

const PRICE_REMEDY = 'expected a price in US dollars as quoted text, such as "5.25"';
const RATE_REMEDY = 'expected units for one US dollar as quoted text, such as "88.5"';

/** Dollars as decimal text; a YAML number would be rounded to binary. */
export const priceField = z
  .string({ error: PRICE_REMEDY })
  .refine((text) => parseUsd(text).ok, { error: `${PRICE_REMEDY}, not negative` })
  .meta({ "x-type": "decimal", pattern: "^[0-9]+(\\.[0-9]+)?$" });

/** Units of a currency for one dollar, as decimal text. */
export const rateField = z
  .string({ error: RATE_REMEDY })
  .refine(isRate, { error: `${RATE_REMEDY}, above zero` })
  .meta({ "x-type": "decimal", pattern: "^[0-9]+(\\.[0-9]+)?$" });

const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i;

/** True for a host as it stands in a Host header without its port: a name or an address, IPv6 with or without brackets. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text) || isIP(withoutBrackets(text)) !== 0;
}

/** True for a host that never leaves this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = withoutBrackets(host).toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return isIP(name) === 4 ? name.startsWith("127.") : name === "::1";
}

function withoutBrackets(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** Ends a zod transformation with a problem; checks of the enclosing group then have no value to look at, and do not run. */
export function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message, continue: false });
  return z.NEVER;
}

const CODE_REMEDY = "expected a three-letter currency code such as INR";

export const codeField = z
  .string({ error: CODE_REMEDY })
  .regex(/^[A-Z]{3}$/, { error: CODE_REMEDY });
