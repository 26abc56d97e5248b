import { firstFound } from "../first-found.ts";
import { Renewed } from "../renewed.ts";
import { fromContainer } from "./container.ts";
import type { AwsCredentials } from "./credentials.ts";
import { fromEnvironment } from "./environment.ts";
import { fromInstance } from "./instance.ts";
import { fromProfile } from "./profile.ts";
import type { CredentialOptions, Source } from "./source.ts";
import { fromWebIdentity } from "./web-identity.ts";

/**
 * AWS's own order: the first place that has credentials counts.
 * @source https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html (read 2026-11-26)
 */
const SOURCES: readonly Source[] = [
  fromEnvironment,
  fromWebIdentity,
  fromProfile,
  fromContainer,
  fromInstance,
];

/** The credentials of this machine, or of the profile that is named; fetched when first asked for. */
export function openCredentials(options: CredentialOptions): Renewed<AwsCredentials> {
  const sources = options.profile === undefined ? SOURCES : [fromProfile];
  const obtain = async () => await firstFound(sources, options, SAID);
  return new Renewed({ now: options.now, obtain });
}

const SAID = {
  missing: "There are no AWS credentials to sign with",
  nowhere:
    "neither AWS_ACCESS_KEY_ID, nor a web identity, nor a profile in ~/.aws, nor a container's or an instance's role has any",
};
