import type { RouteCandidate, RoutePlace } from "../../store/route-record.ts";
import type { Candidate, CandidateCredential } from "../candidate.ts";

/** A candidate as people read it; `asked` is the model's name where the candidate keeps it. */
export function placeOf({ deployment, model, credential }: Candidate, asked: string): RoutePlace {
  return { name: `${deployment.provider}/${model ?? asked}`, pays: payerOf(credential) };
}

/** The list of the attempt loop, for the record. */
export function placesOf(
  candidates: readonly Candidate[],
  asked: string,
): readonly RouteCandidate[] {
  return candidates.map((candidate) => ({
    ...placeOf(candidate, asked),
    reason: candidate.reason,
  }));
}

function payerOf(credential: CandidateCredential): string {
  if (credential.kind === "stored") return `key ${credential.label}`;
  if (credential.kind === "none") return "nobody";
  return credential.class === "subscription" ? "session" : "the caller's own key";
}
