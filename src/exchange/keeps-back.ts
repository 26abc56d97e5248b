import type { ResponseHead } from "../upstream/transport/contract.ts";
import type { AttemptPlan, Progress, Turn } from "./attempt-plan.ts";
import { hasPrimary } from "./conclude.ts";
import { mayBeCured } from "./read-failure.ts";
import type { Keeping } from "./relay-contract.ts";

/** A session's answer that waits for its overflow. */
export function isFull(
  { candidates, spills }: AttemptPlan,
  { refused }: Progress,
  head: ResponseHead,
) {
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
  const { credential, tryIf } = candidate;
  const { holdMs, patience } = plan.failing;
  if (head.status < 400) return hasOthers && holdMs > 0 ? "until_content" : "no";
  if (credential.kind === "stored") return "always";
  if (tryIf === "failed" && hasPrimary(progress)) return "if_small";
  if (credential.kind === "own" && isFull(plan, progress, head)) return "if_small";
  const isRepeated = patience.repetitions > 0 && plan.body.kind !== "stream";
  if (!hasOthers && !isRepeated) return "no";
  return mayBeCured(head) || credential.kind === "none" ? "if_small" : "no";
}
