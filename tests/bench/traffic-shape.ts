/** One kind of exchange, as it is sent and answered. */
export interface Traffic {
  readonly target: string;
  readonly requestHeaders: readonly (readonly [string, string])[];
  readonly requestBody: Buffer;
  readonly answerHeaders: readonly string[];
  /** The body in the writes in which the upstream sends it. */
  readonly answerPieces: readonly Buffer[];
  readonly answerBody: Buffer;
  /** What an answer in the client's dialect ends with, and how long it is at least; undefined: both speak the same one. */
  readonly translated?: { readonly end: string; readonly leastBytes: number };
}
