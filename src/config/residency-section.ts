import { z } from "zod";
import { upstreamUrlField } from "./network-section.ts";

const TEXT = { error: "expected text" };
const PLACE = { error: "expected a place such as us, eu or india" };
const POLICY = { error: "expected a policy such as us_only" };

const endpointEntry = z.strictObject({
  url: upstreamUrlField.meta({ description: "The upstream; its origin counts." }),
  place: z
    .string(PLACE)
    .min(1, PLACE)
    .meta({ description: "Where it processes content: us, eu, india …, or global." }),
  guarantee: z
    .string(TEXT)
    .min(1, TEXT)
    .meta({ description: "What that rests on: a contract, a setting." }),
  source: z.string(TEXT).min(1, TEXT).meta({ description: "Where that is written." }),
  verified: z.iso
    .date({ error: "expected a date such as 2026-11-20" })
    .meta({ description: "Day on which it was read." }),
  inferenceGeo: z
    .string(TEXT)
    .min(1, TEXT)
    .optional()
    .meta({ description: "Holds only for requests with this top-level inference_geo." }),
});

export const residencySection = z
  .strictObject({
    policy: z.string(POLICY).min(1, POLICY).optional().meta({
      description:
        "Policy for every request, such as us_only; keys and requests can add to it, never take from it. Default: none.",
    }),
    endpoints: z.array(endpointEntry, { error: "expected a list of endpoints" }).prefault([]).meta({
      description:
        "What you know of where upstreams process content; it goes before what Spillway knows.",
    }),
  })
  .prefault({})
  .meta({ description: "Where content may be processed." });
