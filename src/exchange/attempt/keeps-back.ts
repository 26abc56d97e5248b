import type { Candidate } from "../../routing/candidate.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import type { Keeping } from "../answer/relay-contract.ts";
import type { AttemptPlan, Progress, Turn } from "./attempt-plan.ts";
import { hasPrimary } from "./conclude.ts";
import { mayBeCured } from "./read-failure.ts";

/** Its own failure is not the client's business. */
export function isFallbackNow({ tryIf }: Candidate, progress: Progress): boolean {
  return tryIf === "failed" && hasPrimary(progress);
}

/** A session's answer that waits for its overflow. */
export function isFull(
  { candidates, spills }: AttemptPlan,
  { refused }: Progress,
  { credential }: Candidate,
  head: ResponseHead,
): boolean {
  if (credential.kind !== "own") return false;
  const hasOverflow = candidates.some(({ tryIf }) => tryIf === "session_full");
  return (hasOverflow || refused !== undefined) && spills(head);
}

/** What may not be shown yet: what a stored key was refused with is looked at before anybody sees it. */
export function keepsBack(
  plan: AttemptPlan,
  progress: Progress,
  { candidate, hasOthers }: Turn,
  head: ResponseHead,
): Keeping {
  const { credential } = candidate;
  const { holdMs, patience } = plan.failing;
  if (head.status < 400) return hasOthers && holdMs > 0 ? "until_content" : "no";
  if (credential.kind === "stored") return "always";
  if (isFallbackNow(candidate, progress)) return "if_small";
  if (isFull(plan, progress, candidate, head)) return "if_small";
  const isRepeated = patience.repetitions > 0 && plan.body.kind !== "stream";
  if (!hasOthers && !isRepeated) return "no";
  return mayBeCured(head) || credential.kind === "none" ? "if_small" : "no";
}
