import { isObject, parseJson } from "../../../base/json.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import { Secret } from "../../../base/secret.ts";
import type { AskUrl, CredentialQuestion } from "../ask-url.ts";
import type { Lent } from "../renewed.ts";
import { isSafeUrl } from "../safe-url.ts";

/** By what Google knows a caller. */
export interface AccessToken {
  readonly token: Secret;
  /** Project whose quota a person's own requests count against; undefined: the one that owns the credential. */
  readonly quotaProject: string | undefined;
}

/** What credentials are looked for in. */
export interface CredentialOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Credential file that the configuration names: then no other place is looked at. */
  readonly file: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Undefined: there is no such file. Rejects when it cannot be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  readonly askUrl: AskUrl;
}

/** A token, or why there is none, for people and without a secret. */
export type Found = Result<Lent<AccessToken>, string>;

/** The parsed JSON of a credential file. */
export type CredentialFile = Readonly<Record<string, unknown>>;

/** How a token is got by what one type of credential file says. */
export type FromFile = (file: CredentialFile, options: CredentialOptions) => Promise<Found>;

/** @source https://developers.google.com/identity/protocols/oauth2/scopes (read 2026-11-26) */
export const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

const MAX_BYTES = 64 * 1024;

export function textIn(object: CredentialFile, name: string): string | undefined {
  const value = object[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function parseObject(text: string | Buffer): CredentialFile | undefined {
  const parsed = parseJson(text, { maxBytes: MAX_BYTES });
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
}

/** Asks one of OAuth's token endpoints. `who` begins the sentence of a refusal. */
export async function askForToken(
  question: Pick<CredentialQuestion, "url"> & Partial<Pick<CredentialQuestion, "fields">>,
  form: Readonly<Record<string, string>>,
  who: string,
  { askUrl, now }: Pick<CredentialOptions, "askUrl" | "now">,
): Promise<Result<Lent<Secret>, string>> {
  const { url, fields = [] } = question;
  if (!isSafeUrl(url)) return fail(`${who} is reached neither by https nor on this machine`);
  const answer = await askUrl({
    method: "POST",
    url,
    fields: ["content-type", "application/x-www-form-urlencoded", ...fields],
    body: new URLSearchParams(form).toString(),
  });
  if ("failure" in answer || answer.status !== 200)
    return fail(`${who} gives none: ${why(answer)}`);
  const lent = readToken(answer.body, now());
  return lent === undefined ? fail(`${who} answered without a token`) : ok(lent);
}

/** The token of an OAuth answer. */
export function readToken(body: Buffer, now: number): Lent<Secret> | undefined {
  const { access_token: token, expires_in: seconds } = parseObject(body) ?? {};
  if (typeof token !== "string" || token === "") return undefined;
  const expiresAtMs = typeof seconds === "number" ? now + seconds * 1_000 : undefined;
  return { value: new Secret(token), expiresAtMs };
}

/** A status and the error's own word, or why there is no answer. The rest of an error may name an account. */
export function why(answer: Awaited<ReturnType<AskUrl>>): string {
  if ("failure" in answer) return answer.failure;
  const { error } = parseObject(answer.body) ?? {};
  const word = isObject(error) ? error["status"] : error;
  const said = typeof word === "string" && /^[a-zA-Z_]{1,64}$/.test(word) ? ` (${word})` : "";
  return `it answered ${answer.status}${said}`;
}
