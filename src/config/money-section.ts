import { z } from "zod";
import { codeField, priceField, rateField } from "./fields.ts";

export const currencySection = z
  .strictObject({
    display: codeField.default("USD").meta({
      description: "Currency in which costs are shown; any but USD needs its rate below.",
    }),
    rates: z
      .record(codeField, rateField, {
        error: 'expected currencies with their rates, such as INR: "88.5"',
      })
      .default({})
      .meta({
        description:
          "Units of each currency for one US dollar, as quoted text. Stored with every record.",
        examples: [{ INR: "88.5" }],
      }),
  })
  .refine(({ display, rates }) => display === "USD" || Object.hasOwn(rates, display), {
    path: ["display"],
    error: "has no rate; add it to currency.rates, in units for one US dollar",
  })
  .prefault({})
  .meta({ description: "The currency that people see. The books are kept in US dollars." });

const perMillion = (what: string) => `US dollars for a million ${what}.`;

export const priceEntry = z.strictObject({
  model: z
    .string({ error: "expected a model id" })
    .min(1, { error: "expected a model id" })
    .meta({ description: "Model id as the upstream names it, or provider/model." }),
  input: priceField.meta({ description: perMillion("input tokens") }),
  output: priceField.meta({ description: perMillion("output tokens") }),
  cacheRead: priceField
    .optional()
    .meta({ description: perMillion("tokens read from a prompt cache") }),
  cacheWrite5m: priceField.optional().meta({
    description: perMillion("tokens written to a cache for five minutes"),
  }),
  cacheWrite1h: priceField.optional().meta({
    description: perMillion("tokens written to a cache for an hour"),
  }),
  webSearch: priceField.optional().meta({ description: "US dollars for a thousand web searches." }),
  source: z.string({ error: "expected text" }).optional().meta({
    description: "Where the price is from: a contract, a page.",
  }),
  date: z.iso
    .date({ error: "expected a date such as 2026-11-20" })
    .optional()
    .meta({ description: "Day on which the price was read." }),
});

export const pricesSection = z
  .array(priceEntry, { error: "expected a list of prices" })
  .superRefine((entries, context) => {
    const seen = new Set<string>();
    for (const [index, { model }] of entries.entries()) {
      if (seen.has(model)) {
        context.addIssue({ code: "custom", path: [index, "model"], message: "is listed twice" });
      }
      seen.add(model);
    }
  })
  .default([])
  .meta({
    description:
      "Your own prices, each at most 1000 dollars; they win over the built-in catalogue.",
  });
