import type { Endpoint } from "./endpoint.ts";

const SOURCE =
  "https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/data-residency";
const VERIFIED = "2026-11-26";

/**
 * Regions whose requests stay in a jurisdiction whatever the model is: for Europe's that is the EU and not the country. What
 * other regions promise depends on the model, so they satisfy no policy until an operator says so.
 */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  eu: ["europe-west1", "europe-west3", "europe-west4", "europe-west9"],
  us: ["us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west4"],
};

/** Vertex AI, now Agent Platform. */
export const GOOGLE_ENDPOINTS: readonly Endpoint[] = [
  ...Object.entries(REGIONS).flatMap(([place, regions]) => [
    endpoint(`aiplatform.${place}.rep`, place, `the ${place} multi-region processes there alone`),
    ...regions.map((region) =>
      endpoint(`${region}-aiplatform`, place, `the region ${region} stays in its jurisdiction`),
    ),
  ]),
  endpoint("aiplatform", "global", "none: the global endpoint may process anywhere"),
];

function endpoint(host: string, place: string, guarantee: string): Endpoint {
  const origin = `https://${host}.googleapis.com`;
  return { origin, place, guarantee, source: SOURCE, verified: VERIFIED };
}
