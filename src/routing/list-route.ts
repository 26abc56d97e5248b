import type { GatewayError } from "../base/errors.ts";
import { ok, type Result } from "../base/result.ts";
import type { Candidate, UpstreamMode } from "./candidate.ts";
import type { Deployment } from "./deployment.ts";
import type { Route } from "./route.ts";

/** Who is asked for a list of models. */
export interface ListSource {
  readonly deployment: Deployment;
  readonly mode: UpstreamMode;
  /** False: no request may go there, so nobody asks what it has. */
  readonly mayAsk: boolean;
}

/** For a merged list of models: where nobody can be asked, or may be, what is known without asking is good enough. */
export function listRoute(
  routed: Result<Route, GatewayError>,
  { deployment, mode, mayAsk }: ListSource,
): Result<Route, GatewayError> {
  const isMissing = !routed.ok && routed.error.code === "credential_missing";
  if (mayAsk && !isMissing) return routed;
  const unasked: Candidate = {
    deployment,
    credential: { kind: "none", owner: deployment.provider, class: "none" },
    mode,
    book: "api",
    tryIf: "always",
    reason: mayAsk
      ? `no credential to ask ${deployment.provider} with`
      : `a data policy forbids ${deployment.provider}`,
  };
  return ok([unasked]);
}
