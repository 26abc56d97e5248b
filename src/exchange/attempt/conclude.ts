import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type { Candidate, CandidateCredential } from "../../routing/candidate.ts";
import { VERDICTS } from "../../routing/failure/verdict.ts";
import type { RouteTurn } from "../../store/route-record.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import { withoutSecret } from "../answer/mask-secret.ts";
import { HEAD_NOT_PASSED_ON } from "../answer/relay-contract.ts";
import type { AttemptOutcome, AttemptPlan, KeptOutcome, Progress } from "./attempt-plan.ts";
import { ended, NOT_SENT, notTried } from "./not-sent.ts";

const REFUSED_CREDENTIAL: ReadonlySet<number> = new Set([401, 403]);
export const OVERFLOW_FAILED = ["x-spillway-overflow", "failed"] as const;

/** The client left, or the process is going, while nothing of an answer was shown. */
export function whyStopped(
  { active, client }: AttemptPlan,
  { attempts, last }: Progress,
  candidate: Candidate,
): AttemptOutcome | undefined {
  const { cut } = active;
  // What the session answered stays known: a 429 is not billed.
  const seen = last?.last.seen;
  const outcome = { attempts, candidate };
  if (cut !== undefined) return { ...outcome, last: { ...notTried(cut), seen, cut: true } };
  return client.gone ? { ...outcome, last: { ...NOT_SENT, seen } } : undefined;
}

/** Whether there is something to show by now that is not the chain's. */
export function hasPrimary({ uncured, session, unusable, refused }: Progress): boolean {
  return [uncured, session, unusable, refused].some((outcome) => outcome !== undefined);
}

/** Nothing was shown yet: the refusal, or the session's own answer, or what went wrong at last. */
export function conclude(plan: AttemptPlan, progress: Progress): AttemptOutcome {
  const { attempts, session, unusable, refused, uncured, last } = progress;
  if (uncured !== undefined) return concludeChain(plan, progress, uncured);
  if (last?.last.failure !== undefined) return last;
  if (refused !== undefined) {
    const result = { ...notTried(refused.error), seen: last?.last.seen };
    return { attempts, last: result, candidate: refused.candidate };
  }
  // The client sees what it would have seen without a stored key (design R16).
  if (session !== undefined) return show(plan, progress, session, OVERFLOW_FAILED);
  if (unusable === undefined) throw new Error("no candidate reached the attempt loop");
  return failed(unusable.outcome, storedKeyRefused(unusable));
}

/** The client sees what it would have seen without the chain (design R16). */
function concludeChain(
  plan: AttemptPlan,
  progress: Progress,
  uncured: AttemptOutcome,
): AttemptOutcome {
  const { session, failures } = progress;
  if (failures.length > 1 && failures.every(({ kind }) => VERDICTS[kind].blames === "key")) {
    return failed(uncured, CREDENTIALS_EXHAUSTED);
  }
  const answer = uncured.last.kept;
  if (answer === undefined) return uncured;
  if (isRefusedKey(uncured.candidate, answer.head)) {
    return failed(uncured, storedKeyRefused({ answer, outcome: uncured }));
  }
  const marks = session?.outcome === uncured ? OVERFLOW_FAILED : [];
  return show(plan, progress, { answer, outcome: uncured }, marks);
}

/** A stored key's own 401 or 403: nobody sees the answer itself. */
export function isRefusedKey({ credential }: Candidate, { status }: ResponseHead): boolean {
  return credential.kind === "stored" && REFUSED_CREDENTIAL.has(status);
}

/** Shows an answer that was kept, without the stored key that it may repeat. */
export function show(
  { client, fields, candidates }: AttemptPlan,
  { turns }: Progress,
  { answer: kept, outcome }: KeptOutcome,
  marks: HeaderList,
): AttemptOutcome {
  const { credential } = outcome.candidate;
  const secret = credential.kind === "stored" ? credential.secret : undefined;
  const answer = secret === undefined ? kept : withoutSecret(kept, secret);
  const { head, body, isComplete } = answer;
  if (!isComplete) return failed(outcome, BROKEN_OFF);
  const { candidate } = outcome;
  const way = { turns, answer: lastTurnOf(turns, candidates.indexOf(candidate)) };
  if (client.gone) return { ...outcome, last: { ...outcome.last, head, committed: false } };
  if (!client.writeHead(head, [...fields(head, candidate, way), ...marks])) {
    return failed(outcome, HEAD_NOT_PASSED_ON);
  }
  client.write(body);
  client.end(() => {});
  return { ...outcome, last: { ...outcome.last, head, committed: true } };
}

/** The latest turn of the candidate at this place of the list; -1: it had none. */
export function lastTurnOf(turns: readonly RouteTurn[], at: number): number {
  return turns.findLastIndex((turn) => turn.at === at);
}

function failed(outcome: AttemptOutcome, error: GatewayError): AttemptOutcome {
  return { ...outcome, last: { ...outcome.last, failure: ended(error) } };
}

const BROKEN_OFF = gatewayError(
  "upstream_reset",
  "The upstream's answer, an error, broke off before it was complete",
);
const CREDENTIALS_EXHAUSTED = gatewayError(
  "upstream_credentials_exhausted",
  'Every provider that could answer refuses the key that is stored for it. An owner can check them with "spillway byok test" and replace them with "spillway byok set"',
);

/** In our own words: the provider's may quote the key, and are about somebody else's credential. */
function storedKeyRefused({ answer, outcome }: KeptOutcome): GatewayError {
  const { deployment, credential } = outcome.candidate;
  const { provider } = deployment;
  const { status } = answer.head;
  if (credential.kind === "stored" && credential.secret === undefined) {
    return gatewayError(
      "stored_key_refused",
      `${provider} refuses this gateway itself, or does not let it use the model (${status}). Whoever runs the gateway can give its identity there access, or another in providers.${provider}`,
    );
  }
  return gatewayError(
    "stored_key_refused",
    `The provider refuses the key "${labelOf(credential)}" that your organisation stored for ${provider} (${status}). An owner can check it with "spillway byok test ${provider}" and replace it with "spillway byok set ${provider}"`,
  );
}

function labelOf(credential: CandidateCredential): string {
  return credential.kind === "stored" ? credential.label : "";
}
