import type { ErrorCode } from "../../base/errors.ts";
import type { UpstreamErrorKind } from "../../canonical/index.ts";

/** How an attempt failed: what the upstream said, or what became of the connection, or why it could not be asked. */
export type FailureKind =
  | UpstreamErrorKind
  | "unreachable"
  | "reset"
  | "malformed"
  | "slow"
  /** The request cannot be said in this candidate's dialect. */
  | "unsayable";

/** A failed attempt, before anything of it was shown. */
export interface Failure {
  readonly kind: FailureKind;
  /** How long the upstream asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
}

/** What a kind of failure means for the other candidates, for this one, and for whoever comes next. */
export interface Verdict {
  /** Whether another candidate may do better: `not_own` is a refusal of a credential, which its owner has to see. */
  readonly moves: "yes" | "not_own" | "no";
  /** Whether the same candidate may do better a little later. */
  readonly repeats: boolean;
  /** What is remembered: nothing, of the deployment for everybody, or of one credential. */
  readonly blames: "nobody" | "deployment" | "pace" | "key";
}

const SERVER_FAULT: Verdict = { moves: "yes", repeats: true, blames: "deployment" };
const KEY_FAULT: Verdict = { moves: "not_own", repeats: false, blames: "key" };
const REQUEST_FAULT: Verdict = { moves: "no", repeats: false, blames: "nobody" };

/** The table of failures (req:X-F5, design R16). A request that is wrong is wrong everywhere. */
export const VERDICTS: Readonly<Record<FailureKind, Verdict>> = {
  unreachable: SERVER_FAULT,
  reset: SERVER_FAULT,
  timeout: { ...SERVER_FAULT, repeats: false },
  slow: { ...SERVER_FAULT, repeats: false },
  malformed: { ...SERVER_FAULT, repeats: false },
  overloaded: SERVER_FAULT,
  server: SERVER_FAULT,
  rate_limit: { moves: "yes", repeats: true, blames: "pace" },
  /** A quota is not there again in a moment. */
  quota: { moves: "yes", repeats: false, blames: "pace" },
  authentication: KEY_FAULT,
  permission: KEY_FAULT,
  billing: KEY_FAULT,
  unsayable: { moves: "yes", repeats: false, blames: "nobody" },
  not_found: REQUEST_FAULT,
  invalid_request: REQUEST_FAULT,
  context_overflow: REQUEST_FAULT,
  thinking_refused: REQUEST_FAULT,
  too_large: REQUEST_FAULT,
};

const KINDS_OF_CODES: Partial<Readonly<Record<ErrorCode, FailureKind>>> = {
  upstream_unreachable: "unreachable",
  upstream_tls: "unreachable",
  upstream_connect_timeout: "unreachable",
  upstream_reset: "reset",
  upstream_malformed: "malformed",
  upstream_failed: "server",
  upstream_headers_timeout: "timeout",
  upstream_idle_timeout: "timeout",
  upstream_slow_start: "slow",
  cloud_credentials_unavailable: "authentication",
  not_translatable: "unsayable",
  operation_not_supported: "unsayable",
  thread_not_supported: "unsayable",
};

/** The kind of a failure of our own making; undefined: no other place would cure it. */
export function kindOfCode(code: ErrorCode): FailureKind | undefined {
  return KINDS_OF_CODES[code];
}

/** Whether a failure of this kind is a reason to ask the next candidate. */
export function mayMove({ kind }: Failure, isOwnCredential: boolean): boolean {
  const { moves } = VERDICTS[kind];
  return moves === "yes" || (moves === "not_own" && !isOwnCredential);
}
