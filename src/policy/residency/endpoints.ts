/** What is known of where an upstream processes content. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** `us`, `eu`, `india` …; `global` is anywhere. A name that is no place satisfies no policy. */
  readonly place: string;
  /** What the place rests on: a contract, a setting of the request, the operator's word. */
  readonly guarantee: string;
  readonly source: string;
  /** The day on which the source was read. */
  readonly verified: string;
  /** Holds only for requests with this top-level `inference_geo`. */
  readonly inferenceGeo?: string | undefined;
}

/**
 * Where the upstreams that Spillway knows process content; what depends on the request comes first. Where they keep it
 * is another matter: Anthropic sets that for a workspace, not for a request.
 */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    origin: "https://api.anthropic.com",
    place: "us",
    guarantee: 'inference_geo "us" in the request',
    source: "https://platform.claude.com/docs/en/manage-claude/data-residency",
    verified: "2026-11-24",
    inferenceGeo: "us",
  },
  {
    origin: "https://api.anthropic.com",
    place: "global",
    guarantee: "none: any region may serve a request without inference_geo",
    source: "https://platform.claude.com/docs/en/manage-claude/data-residency",
    verified: "2026-11-24",
  },
];
