import { z } from "zod";

const PROJECT = { error: "expected the id of a project at Google Cloud, such as my-project-123" };
const LOCATION = {
  error: "expected global, us, eu, or a region of Google Cloud, such as europe-west1",
};
const CREDENTIALS = { error: "expected the path of a credential file" };

/** What providers at Google Cloud need beside a URL and a key. */
export const gcpSection = z
  .strictObject({
    project: z
      .string(PROJECT)
      .regex(/^[a-z0-9][a-z0-9.:-]{1,80}[a-z0-9]$/, PROJECT)
      .optional()
      .meta({
        description:
          "Project that is billed. Default: ANTHROPIC_VERTEX_PROJECT_ID, GOOGLE_CLOUD_PROJECT, then the credential file's.",
        examples: ["my-project-123"],
      }),
    location: z
      .string(LOCATION)
      .regex(/^(?:global|us|eu|[a-z]+-[a-z]+[0-9]{1,2})$/, LOCATION)
      .optional()
      .meta({
        description:
          "Where requests are processed: a region, the regions of us or eu, or global, which is anywhere. Default: CLOUD_ML_REGION, GOOGLE_CLOUD_LOCATION.",
        examples: ["europe-west1", "eu"],
      }),
    credentials: z
      .string(CREDENTIALS)
      .min(1, CREDENTIALS)
      .optional()
      .meta({
        description:
          "Credential file: a service account's key, or how another identity is exchanged for one. Then no other place is looked at.",
        examples: ["/run/secrets/google.json"],
      }),
  })
  .optional()
  .meta({
    description:
      "For providers at Google Cloud: where, and as whom requests are sent. Without a key in the entry Google's own order of credentials holds: GOOGLE_APPLICATION_CREDENTIALS, gcloud's login, the metadata server.",
  });
