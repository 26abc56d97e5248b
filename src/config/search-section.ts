import { z } from "zod";
import { durationField } from "./fields.ts";
import { upstreamUrlField } from "./network-section.ts";
import { secretField } from "./pay-section.ts";

const COUNT = { error: "expected a whole number from 1 to 20" };

/** The operator's own server; the others have an address that everybody knows. */
const WITHOUT_URL = "searxng";

export const searchSection = z
  .strictObject({
    provider: z.enum(["brave", "exa", "searxng", "tavily"]).optional().meta({
      description:
        "Who searches the web for models that cannot do it themselves, when a client asks for web search. Default: nobody, and such a request is refused or goes without. What the provider takes for it is not part of Spillway's costs.",
    }),
    url: upstreamUrlField.optional().meta({
      description: "Base URL of the provider; needed for searxng, whose instance is your own.",
      examples: ["http://127.0.0.1:8888"],
    }),
    key: secretField.meta({ description: "The provider's API key, as env:NAME or file:/path." }),
    maxResults: z.int(COUNT).min(1, COUNT).max(20, COUNT).default(5).meta({
      description: "Most pages that one search shows to the model.",
    }),
    timeout: durationField(1).prefault("10s").meta({
      description: "Longest wait for one search; the model is told when it is over.",
    }),
  })
  .superRefine(({ provider, url, key }, context) => {
    const refuse = (field: string, message: string): void =>
      context.addIssue({ code: "custom", path: [field], message });
    if (provider === undefined) {
      if (url !== undefined || key !== undefined)
        refuse("provider", "is missing: say who searches");
    } else if (provider === WITHOUT_URL) {
      if (url === undefined) refuse("url", "is needed: only you know where your instance is");
    } else if (key === undefined)
      refuse("key", `is needed: ${provider} answers nobody without one`);
  })
  .prefault({})
  .meta({ description: "Web search for models that have none." });
