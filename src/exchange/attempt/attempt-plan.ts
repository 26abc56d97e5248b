import type { GatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type { Result } from "../../base/result.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { ToldTurn } from "../../routing/explain/route-field.ts";
import type { Patience } from "../../routing/failure/next-step.ts";
import type { RetryBudget } from "../../routing/failure/retry-budget.ts";
import type { Failure } from "../../routing/failure/verdict.ts";
import type { Health, Placed } from "../../routing/health/health.ts";
import type { AttemptRecord } from "../../store/record.ts";
import type { RouteTurn } from "../../store/route-record.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import type { KeptAnswer, RelayResult } from "../answer/relay-contract.ts";
import type { Sending } from "./try-candidate.ts";

/** Everything that was tried for one exchange; the last result is the one that the client saw. */
export interface AttemptOutcome {
  readonly attempts: readonly AttemptRecord[];
  readonly last: RelayResult;
  /** Whose answer, or refusal, it is. */
  readonly candidate: Candidate;
  /** What it used was paid for when the next candidate took its place. */
  readonly isSpent?: true;
}

/** An outcome with the way that led to it. */
export interface Attempted extends AttemptOutcome {
  readonly turns: readonly RouteTurn[];
  /** Which turn's answer the client has; undefined: none's. */
  readonly answer: number | undefined;
}

/** What is done about failures. */
export interface Failing {
  readonly health: Pick<Health, "begin" | "fitness" | "isOpen">;
  readonly budget: Pick<RetryBudget, "begin">;
  readonly patience: Patience;
  /** While another candidate is left, the beginning of an answer is held so long at most; 0: not at all (design R5). */
  readonly holdMs: number;
  /** Undefined: a candidate that says nothing is waited for. */
  readonly slowStartMs: number | undefined;
  readonly random: () => number;
  /** A failure is shown because too much is being repeated. */
  readonly onDenied: () => void;
}

/** A place at an upstream. */
export interface Entered extends Disposable {
  /** In its queue. */
  readonly waitedMs?: number;
}

/** The turns so far, and which of them the client gets the answer of. */
export interface Way {
  readonly turns: readonly ToldTurn[];
  readonly answer: number;
}

/** What an attempt sends and where its answer goes. */
export interface AttemptPlan extends Sending {
  readonly candidates: readonly Candidate[];
  readonly failing: Failing;
  /** Puts money aside for a candidate, durably; nothing is sent for one that is not admitted. */
  readonly admit: (candidate: Candidate) => Promise<Result<void, GatewayError>>;
  /** Whether a candidate's upstream would take the request at once. */
  readonly hasRoom: (candidate: Candidate) => boolean;
  /** A place at the candidate's upstream, for as long as its answer takes; waited for where there is no other with room. */
  readonly enter: (
    candidate: Candidate,
    hasRoomElsewhere: boolean,
  ) => Promise<Result<Entered, GatewayError>>;
  /** An attempt was given up of which the provider told what it used. */
  readonly spend: (outcome: AttemptOutcome) => void;
  /** The response's fields as the client gets them. */
  readonly fields: (head: ResponseHead, candidate: Candidate, way: Way) => HeaderList;
  /** The first response byte of a candidate is there. */
  readonly onHead: (head: ResponseHead, candidate: Candidate) => void;
  /** True for a session's answer that another candidate may better. */
  readonly spills: (head: ResponseHead) => boolean;
}

/** An answer that was kept back, and the attempt that it ended. */
export interface KeptOutcome {
  readonly answer: KeptAnswer;
  readonly outcome: AttemptOutcome;
}

/** Room for one repetition; called once it is over. */
export type Permit = () => void;

/** What the loop knows after the candidates so far. */
export interface Progress {
  readonly attempts: AttemptRecord[];
  readonly turns: RouteTurn[];
  /** The session's 429. */
  session?: KeptOutcome;
  /** The last session that was asked is full: its overflow, and no other one's, has its turn. */
  overflows?: boolean;
  /** The 401 or 403 of a stored key. */
  unusable?: KeptOutcome;
  refused?: { readonly error: GatewayError; readonly candidate: Candidate };
  /** What the candidates before the chain came to: the client sees it when none of the chain does better (design R16). */
  uncured?: AttemptOutcome;
  /** Of each candidate that was asked, the last one. */
  readonly failures: Failure[];
  last?: AttemptOutcome;
  /** For the attempt that comes next. */
  permit?: Permit | undefined;
  /** No room was left for more than the session's overflow. */
  spillsOnly?: boolean;
  /** A candidate was left out. */
  isSkipped?: boolean;
  /** Too much was being repeated already. */
  isDenied?: true;
  /** Nothing more is tried. */
  isOver?: boolean;
}

/** A candidate whose turn it is. */
export interface Turn {
  readonly candidate: Candidate;
  /** Its place in the list, from 0. */
  readonly at: number;
  readonly placed: Placed;
  /** Another one may have its turn when this one fails. */
  readonly hasOthers: boolean;
}
