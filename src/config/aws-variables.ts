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
  { name: "AWS_PROFILE", description: "Profile of the shared files, where the entry names none." },
  { name: "AWS_SHARED_CREDENTIALS_FILE", description: "Default: ~/.aws/credentials." },
  { name: "AWS_CONFIG_FILE", description: "Default: ~/.aws/config." },
  {
    name: "AWS_WEB_IDENTITY_TOKEN_FILE",
    description:
      "Token of a cluster's identity provider, taken to STS for AWS_ROLE_ARN's credentials.",
  },
  { name: "AWS_ROLE_ARN", description: "Role that the token is for." },
  { name: "AWS_ROLE_SESSION_NAME", description: "Name in AWS's logs. Default: spillway." },
  { name: "AWS_ENDPOINT_URL_STS", description: "Another endpoint of STS than the region's." },
  {
    name: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    description: "Where a container's agent has the credentials of its role.",
  },
  {
    name: "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    description: "The same, with the host: this machine, an agent's address, or https.",
  },
  {
    name: "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    description: "What the agent wants to see.",
  },
  {
    name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    description: "File that has it, and goes before it.",
  },
  {
    name: "AWS_EC2_METADATA_DISABLED",
    description: "true: an instance's role is not asked for.",
  },
  {
    name: "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    description: "Another address of the instance's metadata than 169.254.169.254.",
  },
  {
    name: "AWS_BEARER_TOKEN_BEDROCK",
    description: "A Bedrock API key; goes before signatures where the entry names no profile.",
  },
];
