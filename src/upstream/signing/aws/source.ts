import { isObject, parseJson } from "../../../base/json.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import { Secret } from "../../../base/secret.ts";
import type { AskUrl } from "../ask-url.ts";
import type { Lent } from "../renewed.ts";
import type { AwsCredentials } from "./credentials.ts";

/** What credentials are looked for in. */
export interface CredentialOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Named by the configuration: then no other place is looked at. */
  readonly profile: string | undefined;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Undefined: there is no such file. Rejects when it cannot be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  readonly askUrl: AskUrl;
}

/** Credentials of one place; undefined: it has none. The refusal is for people, and names no secret. */
export type Found = Result<Lent<AwsCredentials> | undefined, string>;

export type Source = (options: CredentialOptions) => Promise<Found>;

const MAX_BYTES = 64 * 1024;

/** The words in which AWS hands credentials out. */
export function toLent(
  id: unknown,
  secret: unknown,
  token: unknown,
  expiresAt: unknown,
): Lent<AwsCredentials> | undefined {
  if (typeof id !== "string" || typeof secret !== "string" || id === "" || secret === "") {
    return undefined;
  }
  const expiresAtMs = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  return {
    value: {
      accessKeyId: id,
      secretAccessKey: new Secret(secret),
      sessionToken: typeof token === "string" && token !== "" ? new Secret(token) : undefined,
    },
    expiresAtMs: Number.isNaN(expiresAtMs) ? undefined : expiresAtMs,
  };
}

/** What a container's agent and an instance's metadata say of their role's credentials. */
export function readRole(body: Buffer, who: string): Found {
  const parsed = parseJson(body, { maxBytes: MAX_BYTES });
  const role = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const lent = toLent(
    role["AccessKeyId"],
    role["SecretAccessKey"],
    role["Token"],
    role["Expiration"],
  );
  return lent === undefined ? fail(`${who} answered without credentials`) : ok(lent);
}

/** A status, or why there is none, for people. */
export function whyNot(answer: Awaited<ReturnType<AskUrl>>): string {
  return "failure" in answer ? answer.failure : `it answered ${answer.status}`;
}
