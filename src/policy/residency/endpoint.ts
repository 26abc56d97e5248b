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
  /** Holds only for these models, as the upstream calls them. */
  readonly holdsFor?: ((model: string) => boolean) | undefined;
  /** What a request does to be processed there, for people. */
  readonly ask?: string | undefined;
}
