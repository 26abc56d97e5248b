import { isObject, parseJson } from "../../../base/json.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import { Secret } from "../../../base/secret.ts";
import type { AskUrl } from "../ask-url.ts";
import type { Lent } from "../renewed.ts";

/** What tokens are looked for in. */
export interface EntraOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the token is for, ending in `/.default`. */
  readonly scope: string;
  /** Base URL of Entra; gets secrets and assertions, so it is https or on this machine. */
  readonly authority: string;
  /** Directory and application; undefined: not said anywhere. */
  readonly tenant: string | undefined;
  readonly client: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Undefined: there is no such file. Rejects when it cannot be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  readonly askUrl: AskUrl;
}

/** A token of one place; undefined: it has none. The refusal is for people, and names no secret. */
export type Found = Result<Lent<Secret> | undefined, string>;

export type Source = (options: EntraOptions) => Promise<Found>;

type Answer = Awaited<ReturnType<AskUrl>>;

const MAX_BYTES = 64 * 1024;

/** A token as Entra and the places that speak for it hand one out. */
export function readToken(answer: Answer, who: string, now: number): Found {
  if ("failure" in answer) return fail(`${who} cannot be asked: ${answer.failure}`);
  const parsed = parseJson(answer.body, { maxBytes: MAX_BYTES });
  const told = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  if (answer.status !== 200) return fail(`${who} answered ${answer.status}${whyOf(told)}`);
  const { access_token: token, expires_in: seconds, expires_on: at } = told;
  if (typeof token !== "string" || token === "") return fail(`${who} answered without a token`);
  const inMs = toNumber(seconds) * 1_000 + now;
  const atMs = toNumber(at) * 1_000;
  const expiresAtMs = [inMs, atMs].find((end) => !Number.isNaN(end));
  return ok({ value: new Secret(token), expiresAtMs });
}

/** The places of identities write numbers as text. */
function toNumber(value: unknown): number {
  return typeof value === "number" || typeof value === "string" ? Number(value || "?") : Number.NaN;
}

/** By its codes alone: the words may name the tenant, and go on with what to do about it for pages. */
function whyOf({ error, error_description: words }: Readonly<Record<string, unknown>>): string {
  const code = typeof error === "string" && /^\w{1,64}$/.test(error) ? error : undefined;
  const [number] = typeof words === "string" ? (/AADSTS[0-9]{1,12}/.exec(words) ?? []) : [];
  const told = [code, number].filter((part) => part !== undefined);
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
}
