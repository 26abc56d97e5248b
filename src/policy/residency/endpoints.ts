import { AWS_ENDPOINTS } from "./aws-endpoints.ts";
import type { Endpoint } from "./endpoint.ts";
import { GOOGLE_ENDPOINTS } from "./google-endpoints.ts";

const ANTHROPIC_PAGE = "https://platform.claude.com/docs/en/manage-claude/data-residency";
const MISTRAL_PAGE = "https://docs.mistral.ai/inference/regional-inference";
const OPENAI_PAGE = "https://developers.openai.com/api/docs/guides/data-residency";
const VERIFIED = "2026-11-26";

/**
 * Where the upstreams that Spillway knows process content; what depends on the request comes first. Where they keep it
 * is another matter: Anthropic sets that for a workspace, not for a request.
 */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    origin: "https://api.anthropic.com",
    place: "us",
    guarantee: 'inference_geo "us" in the request',
    source: ANTHROPIC_PAGE,
    verified: "2026-11-24",
    inferenceGeo: "us",
    ask: '"inference_geo": "us" in the body (models since 4.6)',
  },
  {
    origin: "https://api.anthropic.com",
    place: "global",
    guarantee: "none: any region may serve a request without inference_geo",
    source: ANTHROPIC_PAGE,
    verified: "2026-11-24",
  },
  {
    origin: "https://api.eu.mistral.ai",
    place: "eea",
    guarantee: "the regional endpoint infers in the EU and EFTA alone",
    source: MISTRAL_PAGE,
    verified: VERIFIED,
  },
  {
    origin: "https://api.us.mistral.ai",
    place: "us",
    guarantee: "the regional endpoint infers in the United States alone",
    source: MISTRAL_PAGE,
    verified: VERIFIED,
  },
  {
    origin: "https://api.mistral.ai",
    place: "global",
    guarantee: "none: the endpoint without a region is global",
    source: MISTRAL_PAGE,
    verified: VERIFIED,
  },
  {
    origin: "https://api.openai.com",
    place: "global",
    guarantee: "none: a region is had by its own host and a project that is made for it",
    source: OPENAI_PAGE,
    verified: VERIFIED,
  },
  ...AWS_ENDPOINTS,
  ...GOOGLE_ENDPOINTS,
];

const BY_ORIGIN: ReadonlyMap<string, readonly Endpoint[]> = Map.groupBy(
  ENDPOINTS,
  ({ origin }) => origin,
);

/** What is known of one upstream. */
export function knownEndpoints(origin: string): readonly Endpoint[] {
  return BY_ORIGIN.get(origin) ?? [];
}
