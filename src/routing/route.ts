import type { CredentialClass } from "../base/credential-class.ts";
import type { Transport } from "../upstream/transport/contract.ts";

/** A model's home that requests can be sent to: a provider's API at one pinned origin. */
export interface Deployment {
  readonly provider: string;
  readonly dialect: string;
  /** Scheme, host and port; what credentials are bound to (design R18). */
  readonly origin: string;
  /** Goes in front of every target; empty for most. */
  readonly pathPrefix: string;
  readonly transport: Transport;
}

/** One way to answer a request, in the order in which the attempt loop tries them. */
export interface Candidate {
  readonly deployment: Deployment;
  /** Whose credential goes along: the caller's own, as it came. */
  readonly credential: { readonly owner: string; readonly class: CredentialClass };
  readonly reason: string;
}

/** What a request may be answered by, and why. */
export interface Route {
  readonly candidates: readonly Candidate[];
  /** `x-spillway-upstream-mode`. */
  readonly mode: "passthrough";
}

/** Every request goes to the Anthropic origin with the credential that it came with. */
export function route(
  caller: { readonly principal: string; readonly credentialClass: CredentialClass },
  deployment: Deployment,
): Route {
  return {
    candidates: [
      {
        deployment,
        credential: { owner: caller.principal, class: caller.credentialClass },
        reason: "the only deployment",
      },
    ],
    mode: "passthrough",
  };
}
