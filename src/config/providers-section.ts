import { z } from "zod";
import { PICKER_PREFIXES } from "../base/picker-id.ts";
import { awsSection } from "./aws-section.ts";
import { azureSection } from "./azure-section.ts";
import { gcpSection } from "./gcp-section.ts";
import { keysField } from "./keys-field.ts";
import { upstreamUrlField } from "./network-section.ts";
import { secretField } from "./pay-section.ts";
import { upstreamLimitsField } from "./throttle-section.ts";

const ID = "expected a name of lower-case letters, digits and dashes, such as groq or my-server";
const RESERVED = `expected another name: ${PICKER_PREFIXES.join(" and ")} stand before models in Claude Code's picker`;
const MODELS = { error: 'expected the provider\'s names for its models, such as ["llama-4"]' };
const KIND = {
  error: "expected the id of a provider, such as openai-compatible; the name itself if left out",
};
const FREE = { error: "expected a whole number above 0, such as 50 or 1000" };
const FEE = { error: 'expected a percentage below 100 with at most two decimals, such as "5.5%"' };
const FIELD = { error: "expected header fields with their values as text" };

const providerEntry = z.strictObject({
  kind: z.string(KIND).min(1, KIND).optional().meta({
    description:
      "Provider whose ways it has: openai-compatible for any server that speaks Chat Completions. Default: the name.",
  }),
  url: upstreamUrlField.optional().meta({
    description: "Base URL, up to where the dialect begins: https://api.groq.com/openai/v1.",
  }),
  key: secretField.meta({
    description:
      "API key, as env:NAME or file:/path. A key that was stored with spillway byok set goes before it.",
  }),
  keys: keysField,
  headers: z
    .record(z.string(FIELD).regex(/^[A-Za-z0-9-]{1,64}$/, FIELD), z.string(FIELD), FIELD)
    .default({})
    .meta({ description: "Header fields to send with every request." }),
  limits: upstreamLimitsField,
  freePerDay: z.int(FREE).min(1, FREE).optional().meta({
    description:
      "Most requests a day for models that cost nothing there (OpenRouter's :free): 50, or 1000 once credits were bought. Their 20 a minute are kept to in any case. Default: as many as come.",
  }),
  fee: z
    .string(FEE)
    .regex(/^\d{1,2}(?:\.\d{1,2})?%$/, FEE)
    .optional()
    .meta({
      description:
        "What it takes on top of its prices, such as 5.5% for credits that are bought; costs and budgets count it. Default: nothing.",
      examples: ["5.5%"],
    }),
  models: z.array(z.string(MODELS).min(1, MODELS), MODELS).optional().meta({
    description: "Its models, for a server that has no list of them. Default: the server is asked.",
  }),
  aws: awsSection,
  gcp: gcpSection,
  azure: azureSection,
});

export const providersSection = z
  .record(
    z
      .string({ error: ID })
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: ID })
      .refine((id) => !PICKER_PREFIXES.some((prefix) => `${id}-`.startsWith(prefix)), {
        error: RESERVED,
      }),
    providerEntry,
    {
      error: 'expected providers by name, such as groq: { key: "env:GROQ_API_KEY" }',
    },
  )
  .default({})
  .meta({
    description:
      "Providers beside Anthropic, by name: provider/model in a request goes there. Known ones need no entry once a key is stored.",
    examples: [{ groq: { key: "env:GROQ_API_KEY" } }],
  });
