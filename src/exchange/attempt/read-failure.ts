import type { Candidate } from "../../routing/candidate.ts";
import { type Failure, type FailureKind, kindOfCode } from "../../routing/failure/verdict.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import { failureOf } from "../answer/first-content.ts";
import type { RelayResult } from "../answer/relay-contract.ts";

/** What an error event within an answer is about, by the API's word for it and by the canonical one. */
const WITHIN: ReadonlyMap<string, FailureKind> = new Map([
  ["overloaded_error", "overloaded"],
  ["overloaded", "overloaded"],
  ["api_error", "server"],
  ["server", "server"],
]);

/** How an attempt failed; undefined: it did not, or in a way of which no candidate is to blame. */
export function readFailure(
  { failure, kept, failedWithin, seen, cut, observation }: RelayResult,
  { deployment, model }: Candidate,
  asked: string,
): Failure | undefined {
  if (cut) return undefined;
  if (failure !== undefined) {
    const kind = kindOfCode(failure.error.code);
    return kind && { kind };
  }
  if (failedWithin !== undefined) return failedWithin;
  if (seen === undefined) return undefined;
  if (seen.status < 400) {
    const kind = WITHIN.get(observation?.errorType ?? "");
    return kind && { kind };
  }
  const { error } = seen;
  if (error !== undefined) return failureOf(error);
  const dialect = deployment.dialectFor(model ?? asked);
  const body = kept?.body ?? Buffer.alloc(0);
  return failureOf(dialect.readError(seen.status, seen.headers, body));
}

/** Statuses of which another place may know better, whoever's the credential is. */
export function mayBeCured({ status }: ResponseHead): boolean {
  return status >= 500 || status === 408 || status === 429;
}
