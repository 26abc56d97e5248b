import type { HeaderList } from "../base/header-list.ts";

/**
 * One limit of a subscription, such as `5h` or `7d`, as an answer told it.
 *
 * @source https://code.claude.com/docs/en/llm-gateway-protocol (read 2026-11-20), and names seen on the wire
 */
export interface QuotaWindow {
  /** The name in the header: `5h`, `7d`, `7d_sonnet`, `overage`, or one that is new. */
  readonly window: string;
  /** 0 to 100, above where the provider lets usage go over; undefined when the answer does not say. */
  readonly usedPercent?: number | undefined;
  /** `allowed`, `allowed_warning`, `rejected`, or one that is new. */
  readonly status?: string | undefined;
  /** Epoch milliseconds. */
  readonly resetsAtMs?: number | undefined;
}

/** What one answer says about the limits of the subscription that paid for it. */
export interface UnifiedQuota {
  readonly windows: readonly QuotaWindow[];
  readonly status?: string | undefined;
  readonly resetsAtMs?: number | undefined;
  /** The window that binds: `five_hour`, `seven_day`, … */
  readonly representativeClaim?: string | undefined;
  /** The remaining fields, by name without the prefix. */
  readonly other: Readonly<Record<string, string>>;
}

const PREFIX = "anthropic-ratelimit-unified-";
const WINDOW_NAME = /^[a-z0-9_-]{1,40}$/;
/** A provider has a handful of each; more would be an attack on memory. */
const MAX_WINDOWS = 32;
const MAX_OTHER = 64;

/**
 * Reads the unified limits of an answer; undefined when it carries none. Cheap for answers without them. Of a field that
 * came twice the first counts.
 */
export function parseUnified(headers: HeaderList): UnifiedQuota | undefined {
  let reading: Reading | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const field = headers[i] ?? "";
    // Most fields are shorter than the prefix, so most are told apart by one comparison.
    if (field.length <= PREFIX.length) continue;
    const name = field.toLowerCase();
    if (!name.startsWith(PREFIX)) continue;
    reading ??= { windows: [], other: {} };
    readField(reading, name.slice(PREFIX.length), headers[i + 1] ?? "");
  }
  return reading;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Reading extends Writable<Omit<UnifiedQuota, "windows" | "other">> {
  readonly windows: Writable<QuotaWindow>[];
  readonly other: Record<string, string>;
}

/** `name` is without the prefix: `5h-utilization`, `status`, `overage-disabled-reason`. */
function readField(reading: Reading, name: string, value: string): void {
  const dash = name.lastIndexOf("-");
  const kind = name.slice(dash + 1);
  if (name === "status") reading.status ??= value;
  else if (name === "reset") reading.resetsAtMs ??= parseReset(value);
  else if (name === "representative-claim") reading.representativeClaim ??= value;
  else if (kind !== "utilization" && kind !== "status" && kind !== "reset") {
    keepOther(reading, name, value);
  } else {
    const window = windowOf(reading, name.slice(0, Math.max(0, dash)));
    if (window === undefined) keepOther(reading, name, value);
    else if (kind === "utilization") window.usedPercent ??= parseUtilization(value);
    else if (kind === "status") window.status ??= value;
    else window.resetsAtMs ??= parseReset(value);
  }
}

function windowOf(reading: Reading, name: string): Writable<QuotaWindow> | undefined {
  const known = reading.windows.find(({ window }) => window === name);
  if (known !== undefined) return known;
  if (reading.windows.length >= MAX_WINDOWS || !WINDOW_NAME.test(name)) return undefined;
  const window: Writable<QuotaWindow> = {
    window: name,
    usedPercent: undefined,
    status: undefined,
    resetsAtMs: undefined,
  };
  reading.windows.push(window);
  return window;
}

function keepOther(reading: Reading, name: string, value: string): void {
  // A field's name is a token, which `__proto__` is too.
  if (name === "__proto__" || Object.hasOwn(reading.other, name)) return;
  if (Object.keys(reading.other).length < MAX_OTHER) reading.other[name] = value;
}

/** Up to 1.0 is a fraction, more is already a percentage. Rounded to a millionth, which hides binary fractions. */
function parseUtilization(text: string): number | undefined {
  if (!/^[0-9]{1,9}(?:\.[0-9]{1,20})?$/.test(text)) return undefined;
  const value = Number(text);
  return Math.round((value <= 1 ? value * 100 : value) * 1e6) / 1e6;
}

/** Epoch seconds; a date in ISO form, as Anthropic's other limits have it, is understood too. */
function parseReset(text: string): number | undefined {
  const resetsAtMs = /^[0-9]{1,12}(?:\.[0-9]{1,9})?$/.test(text)
    ? Number(text) * 1000
    : /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  return resetsAtMs <= MAX_DATE_MS ? resetsAtMs : undefined;
}

const MAX_DATE_MS = 8.64e15;
