import { z } from "zod";
import { refuse } from "./fields.ts";
import { upstreamUrlField } from "./network-section.ts";

const TEXT = { error: "expected text" };
const PLACE = { error: "expected a place such as us, eu or india" };
const POLICY = { error: "expected a policy such as us_only" };

const MODELS = { error: 'expected patterns of model names, such as ["in.*"]' };
const FORMS =
  "expected place with guarantee, source and verified; or sameAs; or deploymentType with region";

const text = () => z.string(TEXT).min(1, TEXT).optional();

const endpointEntry = z
  .strictObject({
    url: upstreamUrlField.meta({ description: "The upstream; its origin counts." }),
    models: z
      .array(z.string(MODELS).min(1, MODELS), MODELS)
      .optional()
      .meta({
        description:
          "Holds only for models whose names there fit one of these patterns, in which * stands for anything. Default: all.",
        examples: [["in.*"]],
      }),
    place: z
      .string(PLACE)
      .min(1, PLACE)
      .optional()
      .meta({ description: "Where it processes content: us, eu, india …, or global." }),
    guarantee: text().meta({ description: "What that rests on: a contract, a setting." }),
    source: text().meta({ description: "Where that is written." }),
    verified: z.iso
      .date({ error: "expected a date such as 2026-11-20" })
      .optional()
      .meta({ description: "Day on which it was read." }),
    sameAs: upstreamUrlField.optional().meta({
      description:
        "In place of the four above: the upstream is another way to this endpoint, such as a private link, and what Spillway knows of that holds for it.",
      examples: ["https://bedrock-runtime.ap-south-1.amazonaws.com"],
    }),
    deploymentType: text().meta({
      description:
        "In place of them, for Azure: type of the deployment, such as DataZoneStandard; models are then the names of deployments.",
    }),
    region: text().meta({
      description: "With deploymentType: region of the resource, such as swedencentral.",
    }),
    inferenceGeo: text().meta({
      description: "Holds only for requests with this top-level inference_geo.",
    }),
  })
  .transform((entry, context) => {
    const { place, guarantee, source, verified, sameAs, deploymentType, region, ...rest } = entry;
    const said = [place, guarantee, source, verified, sameAs, deploymentType, region];
    const count = said.filter((field) => field !== undefined).length;
    if (sameAs !== undefined && count === 1) {
      return { ...rest, as: { kind: "same", url: sameAs } as const };
    }
    if (deploymentType !== undefined && region !== undefined && count === 2) {
      return { ...rest, as: { kind: "azure", type: deploymentType, region } as const };
    }
    const isWhole = guarantee !== undefined && source !== undefined && verified !== undefined;
    if (place === undefined || !isWhole || count !== 4) return refuse(context, FORMS);
    return { ...rest, as: { kind: "place", place, guarantee, source, verified } as const };
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
