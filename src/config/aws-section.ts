import { z } from "zod";
import { upstreamUrlField } from "./network-section.ts";

const REGION = { error: "expected a region of AWS, such as ap-south-1" };
const PROFILE = { error: "expected the name of a profile in ~/.aws/config or ~/.aws/credentials" };

/** What providers at AWS need beside a URL and a key. */
export const awsSection = z
  .strictObject({
    region: z
      .string(REGION)
      .regex(/^[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}$/, REGION)
      .optional()
      .meta({
        description:
          "Region whose endpoint is used. Default: AWS_REGION, AWS_DEFAULT_REGION, then the profile's.",
        examples: ["ap-south-1"],
      }),
    profile: z.string(PROFILE).min(1, PROFILE).optional().meta({
      description:
        "Profile of the shared files to sign with. Default: AWS_PROFILE; without either, the environment goes before the profile default.",
    }),
    lists: upstreamUrlField.optional().meta({
      description:
        "Endpoint at which models are listed; a key of the entry goes there too then. Default: the region's, where neither a key nor another url is used.",
      examples: ["https://bedrock.ap-south-1.amazonaws.com"],
    }),
  })
  .optional()
  .meta({
    description:
      "For providers at AWS: where, and as whom requests are signed. Without a key in the entry AWS's own order of credentials holds: environment, web identity, shared files, container, instance.",
  });
