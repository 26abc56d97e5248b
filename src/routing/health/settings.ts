/** When a deployment or a credential is left alone, and for how long. */
export interface HealthSettings {
  /** Failures in a row after which a deployment is left alone. */
  readonly failures: number;
  /** The first pause; it doubles with each probe that fails. */
  readonly pauseMs: number;
  /** After a 429 that does not say how long. */
  readonly cooldownMs: number;
  /** A key that was refused is tried again after this long. */
  readonly deadKeyMs: number;
}
