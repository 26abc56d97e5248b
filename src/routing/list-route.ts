import type { GatewayError } from "../base/errors.ts";
import { ok, type Result } from "../base/result.ts";
import type { Candidate, UpstreamMode } from "./candidate.ts";
import type { Deployment } from "./deployment.ts";
import type { Route } from "./route.ts";

/** For a merged list of models: where no credential is there to ask with, what is known without asking is good enough. */
export function listRoute(
  routed: Result<Route, GatewayError>,
  deployment: Deployment,
  mode: UpstreamMode,
): Result<Route, GatewayError> {
  if (routed.ok || routed.error.code !== "credential_missing") return routed;
  const unasked: Candidate = {
    deployment,
    credential: { kind: "none", owner: deployment.provider, class: "none" },
    mode,
    book: "api",
    tryIf: "always",
    reason: `no credential to ask ${deployment.provider} with`,
  };
  return ok([unasked]);
}
