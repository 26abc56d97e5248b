import { z } from "zod";
import { upstreamUrlField } from "./network-section.ts";

const RESOURCE = { error: "expected the name of a resource of Azure's, such as my-resource" };
const ID = { error: "expected an id of Entra's, such as 11111111-2222-3333-4444-555555555555" };
const SCOPE = { error: "expected a scope, such as https://cognitiveservices.azure.com/.default" };
const VERSION = { error: "expected a version of Azure's API, such as 2024-10-21" };
const MODELS = { error: 'expected models by deployment, such as { fast: "gpt-5-mini" }' };

/** What providers at Azure need beside a URL and a key. */
export const azureSection = z
  .strictObject({
    resource: z
      .string(RESOURCE)
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/, RESOURCE)
      .optional()
      .meta({
        description: "Resource whose endpoint is used, where there is no url.",
        examples: ["my-resource"],
      }),
    deployments: z
      .record(z.string(MODELS), z.string(MODELS).min(1, MODELS), MODELS)
      .default({})
      .meta({
        description:
          "Which model a deployment has, for those that are not called as their model: how it is spoken to depends on that.",
        examples: [{ fast: "gpt-5-mini" }],
      }),
    apiVersion: z
      .string(VERSION)
      .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-preview)?$/, VERSION)
      .optional()
      .meta({
        description:
          "For Azure OpenAI: version of the older API, whose paths name the deployment; it has Chat Completions alone. Default: the API without versions.",
      }),
    tenant: z.string(ID).min(1, ID).optional().meta({
      description: "Directory that the application is in. Default: AZURE_TENANT_ID.",
    }),
    client: z.string(ID).min(1, ID).optional().meta({
      description:
        "Application, or the identity among several that an app or a machine has. Default: AZURE_CLIENT_ID.",
    }),
    authority: upstreamUrlField.optional().meta({
      description:
        "Entra's address, for another cloud than the public one. Default: AZURE_AUTHORITY_HOST, then https://login.microsoftonline.com.",
    }),
    scope: z
      .string(SCOPE)
      .regex(/^[a-z]+:\/\/\S+\/\.default$/, SCOPE)
      .optional()
      .meta({ description: "What tokens are for, in another cloud than the public one." }),
  })
  .optional()
  .meta({
    description:
      "For providers at Azure: where, and as whom. Without a key the order of Azure's libraries holds: secret, certificate, federated token, identity of the app, of the machine.",
  });
