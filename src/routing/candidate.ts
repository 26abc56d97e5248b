import type { CallerCredential } from "../base/credential-class.ts";
import type { Secret } from "../base/secret.ts";
import type { Book } from "../store/record.ts";
import type { Deployment } from "./deployment.ts";

/** `x-spillway-upstream-mode`: whose credential an answer was got with, and why that one. */
export type UpstreamMode = "passthrough" | "byok" | "byok-overflow" | "fallback";

/** The credential that an attempt sends. */
export type CandidateCredential =
  | {
      /** What the caller brought, as it came. */
      readonly kind: "own";
      readonly owner: string;
      readonly class: CallerCredential;
      /** Undefined when the caller brought none. */
      readonly secret?: Secret | undefined;
    }
  | {
      /** What the caller's organisation stored or configured. */
      readonly kind: "stored";
      readonly owner: string;
      readonly class: "stored";
      readonly label: string;
      /** A provider's key; undefined: the gateway's own identity at a cloud, by which requests are signed. */
      readonly secret: Secret | undefined;
    }
  | {
      /** A server that asks for none. */
      readonly kind: "none";
      readonly owner: string;
      readonly class: "none";
    };

/**
 * When a candidate has its turn: at once, after the session's 429, when the stored key could not be used instead, or when
 * those before it failed in a way that another place may cure.
 */
export type TryIf = "always" | "session_full" | "overflow_failed" | "failed";

/** One way to answer a request, in the order in which the attempt loop tries them. */
export interface Candidate {
  readonly deployment: Deployment;
  /** As the upstream calls it; undefined: as the request has it. */
  readonly model?: string | undefined;
  /** The answer names the model that gave it, which is another than was asked for. */
  readonly namesItself?: true | undefined;
  /** A gateway like this one: where it speaks the client's dialect, the client's own bytes ask for a count of tokens too. */
  readonly countsByBytes?: true | undefined;
  readonly credential: CandidateCredential;
  readonly mode: UpstreamMode;
  readonly book: Book;
  /** A key's money in the place of the caller's session, which nobody asked for: the overflow's cap is above it. */
  readonly isSpill?: true | undefined;
  /** The longest `retry-after` that is waited out here, because the session's prompt is in its cache. */
  readonly warmWaitMs?: number | undefined;
  readonly tryIf: TryIf;
  readonly reason: string;
}
