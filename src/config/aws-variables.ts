import type { EnvironmentVariable } from "./environment-variable.ts";

/**
 * AWS's own, for providers at AWS that name no key.
 * @source https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html (read 2026-11-26)
 */
export const AWS_VARIABLES: readonly EnvironmentVariable[] = [
  { name: "AWS_REGION", description: "Region of providers at AWS whose entry names none." },
  { name: "AWS_DEFAULT_REGION", description: "The same, where AWS_REGION is not set." },
  { name: "AWS_ACCESS_KEY_ID", description: "Credentials to sign requests to AWS with." },
  { name: "AWS_SECRET_ACCESS_KEY", description: "Belongs to AWS_ACCESS_KEY_ID." },
  { name: "AWS_SESSION_TOKEN", description: "Belongs to credentials that expire." },
  {
    name: "AWS_BEARER_TOKEN_BEDROCK",
    description: "A Bedrock API key; goes before signatures where the entry names no profile.",
  },
];
