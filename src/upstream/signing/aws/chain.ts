import { gatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import { Secret } from "../../../base/secret.ts";
import { type Lent, Renewed } from "../renewed.ts";
import type { AwsCredentials } from "./credentials.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What credentials are looked for in. */
export interface CredentialOptions {
  readonly env: Environment;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A place where credentials may be; undefined: it has none. The refusal is for people. */
type Source = (
  options: CredentialOptions,
) => Promise<Result<Lent<AwsCredentials> | undefined, string>>;

const SOURCES: readonly Source[] = [fromEnvironment];

/** The credentials of this machine, fetched when first asked for. */
export function openCredentials(options: CredentialOptions): Renewed<AwsCredentials> {
  return new Renewed({ now: options.now, obtain: async () => await find(options) });
}

async function find(options: CredentialOptions) {
  for (const source of SOURCES) {
    const found = await source(options);
    if (!found.ok) return fail(gatewayError("cloud_credentials_unavailable", found.error));
    if (found.value !== undefined) return ok(found.value);
  }
  return fail(
    gatewayError(
      "cloud_credentials_unavailable",
      "No AWS credentials were found here: the environment has none",
    ),
  );
}

async function fromEnvironment({ env }: CredentialOptions) {
  const [id, secret] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]];
  if (!id || !secret) return ok(undefined);
  const token = env["AWS_SESSION_TOKEN"];
  return ok({
    value: {
      accessKeyId: id,
      secretAccessKey: new Secret(secret),
      sessionToken: token ? new Secret(token) : undefined,
    },
    expiresAtMs: undefined,
  });
}
