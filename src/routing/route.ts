import type { CallerCredential } from "../base/credential-class.ts";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { PayMode } from "../store/key-record.ts";
import type { Candidate } from "./candidate.ts";
import type { Deployment } from "./deployment.ts";

/** What a route is made from: data only, nothing of it is sent before the policies have agreed. */
export interface RouteRequest {
  readonly caller: {
    readonly principal: string;
    /** Of what the caller brought for the provider. */
    readonly own: CallerCredential;
    /** The credential itself; it lives as long as the request. */
    readonly secret?: Secret | undefined;
    readonly hasKey: boolean;
    /** The client speaks another dialect than the upstream, and would not know what its refusal is about. */
    readonly isForeign: boolean;
  };
  readonly mode: PayMode;
  /** The organisation's credential; undefined when there is none, or none that may be used here (design R4). */
  readonly stored:
    | { readonly organisation: string; readonly label: string; readonly secret: Secret | undefined }
    | undefined;
  /** Why no stored credential may be used although one is there, if so. */
  readonly storedUnusable: string | undefined;
  /** Calls that only the caller's own credential is for: files, batches, unknown paths (design R4). */
  readonly ownOnly: boolean;
  /** The quota probe, and a body that cannot be sent twice, never spill (design R3). */
  readonly canSpill: boolean;
  /** Until when the session is known to be full; undefined: try it. */
  readonly fullUntil: string | undefined;
  readonly deployment: Deployment;
}

/** Candidates in order; the first is tried first. Never empty. */
export type Route = readonly [Candidate, ...Candidate[]];

/** Answers who pays (design R2): the table that the guide shows is this function. */
export function route(request: RouteRequest): Result<Route, GatewayError> {
  const { caller, mode, stored, ownOnly } = request;
  const own = ownCandidate(request, "the caller's own credential");
  if (ownOnly) return ok([own]);
  const hasSession = caller.own === "subscription";
  if (mode === "overflow" && stored !== undefined && hasSession) {
    return ok(request.canSpill ? overflow(request, stored) : [own]);
  }
  // Overflow without a session has nothing to overflow from: the stored key pays, as in inject.
  if (mode !== "session" && stored !== undefined && caller.hasKey) {
    return ok([storedCandidate(request, stored, "byok", "the organisation's stored key")]);
  }
  // Without a Spillway key the upstream itself says what is missing, in words that its own clients know.
  if (caller.own === "none" && (caller.hasKey || caller.isForeign)) return fail(missing(request));
  return ok([own]);
}

function overflow(request: RouteRequest, stored: NonNullable<RouteRequest["stored"]>): Route {
  const { fullUntil } = request;
  if (fullUntil === undefined) {
    const spill = storedCandidate(request, stored, "byok-overflow", "the session is full");
    return [ownCandidate(request, "the session first"), { ...spill, tryIf: "session_full" }];
  }
  const reason = `the session is full until ${fullUntil}`;
  const own = ownCandidate(request, "the stored key could not be used");
  return [
    storedCandidate(request, stored, "byok-overflow", reason),
    { ...own, tryIf: "overflow_failed" },
  ];
}

function ownCandidate({ caller, deployment }: RouteRequest, reason: string): Candidate {
  return {
    deployment,
    credential: { kind: "own", owner: caller.principal, class: caller.own, secret: caller.secret },
    mode: "passthrough",
    book: caller.own === "subscription" ? "subscription" : "api",
    tryIf: "always",
    reason,
  };
}

function storedCandidate(
  { deployment }: RouteRequest,
  { organisation, label, secret }: NonNullable<RouteRequest["stored"]>,
  mode: "byok" | "byok-overflow",
  reason: string,
): Candidate {
  return {
    deployment,
    credential: {
      kind: "stored",
      owner: `${organisation}/${deployment.provider}/${label}`,
      class: "stored",
      label,
      secret,
    },
    mode,
    book: mode === "byok" ? "api" : "overflow",
    tryIf: "always",
    reason,
  };
}

function missing(request: RouteRequest): GatewayError {
  const { provider } = request.deployment;
  if (!request.caller.hasKey) {
    return gatewayError(
      "credential_missing",
      `The request carries nothing that ${provider} takes: send a Spillway key, or a key of ${provider}'s`,
    );
  }
  return gatewayError(
    "credential_missing",
    `The request carries a Spillway key and no credential for the provider, and ${whyNotStored(request)}`,
  );
}

function whyNotStored({ mode, stored, storedUnusable, deployment }: RouteRequest): string {
  if (storedUnusable !== undefined) return storedUnusable;
  const { provider } = deployment;
  return stored === undefined
    ? `no ${provider} key is stored here. Store one with "spillway byok set ${provider}", or sign in to the client`
    : `this Spillway key is for the caller's own session (mode ${mode}). Sign in to the client, or change the key's mode`;
}
