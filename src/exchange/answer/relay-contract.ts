import { gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type { Failure } from "../../routing/failure/verdict.ts";
import type { Observation, Tap } from "../../upstream/dialects/anthropic/index.ts";
import type { ResponseHead, TransportFailure } from "../../upstream/transport/contract.ts";
import type { ClientSide } from "./client-side.ts";
import type { FirstContent } from "./first-content.ts";

/** An answer that was not shown, because another candidate may have a better one, or it may hold what must not be shown. */
export interface KeptAnswer {
  readonly head: ResponseHead;
  readonly body: Buffer;
  /** False: it broke off, took too long or grew too large, so it cannot be shown. */
  readonly isComplete: boolean;
}

/** The head cannot be said in HTTP, or not any more: the client's stream was begun before there was an answer. */
export const HEAD_NOT_PASSED_ON = gatewayError(
  "upstream_malformed",
  "The upstream's response head cannot be passed on",
);

/** Whether an answer is kept back: no; as long as it is small; whatever becomes of it; until something of it is there to show. */
export type Keeping = "no" | "if_small" | "always" | "until_content";

/** How long the beginning of an answer may take while another candidate is left. */
export interface Patience {
  /** Headers and events before the first content are held so long at most (design R5). */
  readonly holdMs: number;
  /** Without content after so long, the next candidate is asked; undefined: it is waited for. */
  readonly slowStartMs: number | undefined;
  /** Looks at what is held; undefined where that cannot be done. */
  readonly firstContent: (head: ResponseHead) => FirstContent | undefined;
}

/** How one attempt ended, seen from the exchange. */
export interface RelayResult {
  /** The response's head, once one came that may be shown. */
  readonly head: ResponseHead | undefined;
  /** The head that came, shown or not. */
  readonly seen: ResponseHead | undefined;
  /** True when response bytes, or the status line, went to the client. */
  readonly committed: boolean;
  readonly failure: TransportFailure | undefined;
  readonly kept: KeptAnswer | undefined;
  /** How the answer that was kept failed inside of a 200. */
  readonly failedWithin?: Failure | undefined;
  /** How long the beginning of the answer was held. */
  readonly heldMs?: number | undefined;
  /** True when we ended the call ourselves: the client left, or the process is going. */
  readonly cut: boolean;
  readonly bytesReceived: number;
  readonly headAtMs: number | undefined;
  readonly observation: Observation | undefined;
  /** What it took more than one upstream call for, for the record. */
  readonly account?: string | undefined;
}

/** What a relay needs to know of its exchange. */
export interface RelayOptions {
  readonly client: ClientSide;
  /** Makes the usage tap for a response; undefined where usage is not to be read. */
  readonly makeTap: (head: ResponseHead) => Tap | undefined;
  /** What is looked at of a head, by whomever: one that repeats a stored key is known without it. */
  readonly received: (head: ResponseHead) => ResponseHead;
  /** Called when the first response byte is there. */
  readonly onHead: (head: ResponseHead) => void;
  /** Asked once for each head. */
  readonly keeps: (head: ResponseHead) => Keeping;
  /** Undefined: no other candidate is left, and nothing is held. */
  readonly patience?: Patience | undefined;
  /** Called once the answer will be shown: the request body is not needed any more. */
  readonly onCommit: (head: ResponseHead) => void;
  /** The response's fields as the client gets them. */
  readonly fields: (head: ResponseHead) => HeaderList;
  /** An answer that is billed in full is read to its end, at most this long, after the client left (design R15). */
  readonly readOnAfterClientGoneMs: number;
  readonly monotonicMs: () => number;
}
