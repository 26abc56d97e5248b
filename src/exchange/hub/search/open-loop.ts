import type { GatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type { CanonicalRequest } from "../../../canonical/index.ts";
import type { Candidate } from "../../../routing/candidate.ts";
import type { BoundDialect } from "../../../upstream/dialects/bind.ts";
import { refuseWithout } from "../../../upstream/dialects/shared/server-tools.ts";
import { type Searching, SearchLoop } from "./loop.ts";
import { askedSearch, offerSearch, type SearchOffer } from "./offer.ts";

/** A request whose searches are run here. */
export interface OpenedLoop {
  readonly loop: SearchLoop;
  readonly offer: SearchOffer;
}

/**
 * Undefined where nothing is to be searched here: the client asks for no search, the upstream runs it, none is configured, or a
 * policy forbids it and the request can go without. Fails where it cannot.
 */
export function openSearchLoop(
  said: CanonicalRequest,
  dialect: BoundDialect,
  candidate: Candidate,
  searching: Searching | undefined,
): Result<OpenedLoop | undefined, GatewayError> {
  const tool = searching === undefined ? undefined : askedSearch(said);
  if (searching === undefined || tool === undefined || dialect.searches(said)) return ok(undefined);
  const refusal = searching.refusal();
  if (refusal !== undefined) {
    const isNeeded = refuseWithout(said, [tool]) !== undefined;
    return isNeeded ? fail(refusal) : ok(undefined);
  }
  const offer = offerSearch(said, tool, searching.web);
  return ok({ loop: new SearchLoop(offer, dialect, candidate, searching), offer });
}
