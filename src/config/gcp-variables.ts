import type { EnvironmentVariable } from "./environment-variable.ts";

/**
 * Google's own, and those by which Claude Code is set up for it, for providers at Google Cloud that name no key.
 * @source https://docs.cloud.google.com/docs/authentication/application-default-credentials and
 * https://code.claude.com/docs/en/google-vertex-ai (read 2026-11-26)
 */
export const GCP_VARIABLES: readonly EnvironmentVariable[] = [
  {
    name: "ANTHROPIC_VERTEX_PROJECT_ID",
    description: "Project of providers at Google Cloud whose entry names none.",
  },
  { name: "GOOGLE_CLOUD_PROJECT", description: "The same, where the one above is not set." },
  {
    name: "CLOUD_ML_REGION",
    description: "Location of providers at Google Cloud whose entry names none.",
  },
  { name: "GOOGLE_CLOUD_LOCATION", description: "The same, where CLOUD_ML_REGION is not set." },
  {
    name: "GOOGLE_APPLICATION_CREDENTIALS",
    description: "Credential file, where the entry names none.",
  },
  {
    name: "CLOUDSDK_CONFIG",
    description: "Folder of gcloud's settings, and of its login. Default: ~/.config/gcloud.",
  },
  { name: "APPDATA", description: "Where that folder is on Windows." },
  {
    name: "GCE_METADATA_HOST",
    description: "Another host of the metadata server than metadata.google.internal.",
  },
  { name: "NO_GCE_CHECK", description: "true: the metadata server is not asked for." },
  {
    name: "GOOGLE_OAUTH_ACCESS_TOKEN",
    description:
      "An access token that is sent as it is, until it expires; goes before all others where the entry names no credential file.",
  },
];
