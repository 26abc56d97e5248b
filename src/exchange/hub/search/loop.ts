import type { GatewayError } from "../../../base/errors.ts";
import { fail, type Result } from "../../../base/result.ts";
import type {
  AnswerContext,
  CanonicalRequest,
  Message,
  StopReason,
  StreamEvent,
  ToolUseBlock,
} from "../../../canonical/index.ts";
import type { Candidate } from "../../../routing/candidate.ts";
import type { BoundDialect } from "../../../upstream/dialects/bind.ts";
import type { SearchFailure, WebSearch } from "../../../upstream/search/index.ts";
import type { UpstreamRequest } from "../../../upstream/transport/contract.ts";
import { addressRequest } from "../request.ts";
import type { SearchOffer } from "./offer.ts";
import { type Found, followUp, queryIn, type RunSearch } from "./results.ts";
import { SearchRounds } from "./rounds.ts";

/** What an exchange needs to search by itself. */
export interface Searching {
  readonly web: WebSearch;
  /** Why this request's queries must not go to the provider; undefined: they may. */
  readonly refusal: () => GatewayError | undefined;
  /** Puts money aside, durably, for one more request of so many bytes. */
  readonly admit: (bodyBytes: number) => Promise<Result<void, GatewayError>>;
  readonly isClientGone: () => boolean;
}

/** How an answer goes on after a round. */
export interface NextRound {
  /** What is to be shown now. */
  readonly events: readonly StreamEvent[];
  /** Undefined: the answer is over. */
  readonly request?: UpstreamRequest;
  readonly context?: AnswerContext;
  /** The answer cannot go on, and is not whole. */
  readonly error?: GatewayError;
}

/** More requests than this are not sent for one answer; the last one may not search. */
const MAX_ROUNDS = 10;

/** Runs the searches that a model asks for, and has it go on with what was found. Owned by one answer. */
export class SearchLoop {
  readonly rounds: SearchRounds;
  readonly #offer: SearchOffer;
  readonly #dialect: BoundDialect;
  readonly #candidate: Candidate;
  readonly #searching: Searching;
  #request: CanonicalRequest;
  #asked = 0;
  #uses = 0;
  readonly #failures: SearchFailure[] = [];

  constructor(
    offer: SearchOffer,
    dialect: BoundDialect,
    candidate: Candidate,
    searching: Searching,
  ) {
    this.#offer = offer;
    this.#dialect = dialect;
    this.#candidate = candidate;
    this.#searching = searching;
    this.#request = offer.said;
    this.rounds = new SearchRounds(offer.name);
  }

  /** For the record: how many searches were run, by whom, and what went wrong with them; undefined: none was. */
  get account(): string | undefined {
    if (this.#uses === 0) return undefined;
    const reasons = [...new Set(this.#failures.map(({ reason }) => reason))].join(", ");
    const failed = reasons === "" ? "" : `, ${this.#failures.length} failed (${reasons})`;
    const searches = this.#uses === 1 ? "search" : "searches";
    return `${this.#uses} web ${searches} by ${this.#searching.web.provider}${failed}`;
  }

  /** Goes on after a round that waits for its searches; `signal` ends them. */
  async next(signal: AbortSignal): Promise<NextRound> {
    const { rounds } = this;
    const message = rounds.waiting;
    if (message === undefined) throw new Error("no round waits for its searches");
    this.#asked += 1;
    const { goesOn } = rounds;
    const runs = await this.#run(rounds.searches, message, signal);
    const isOver = !goesOn || this.#asked >= MAX_ROUNDS || this.#searching.isClientGone();
    if (isOver) return { events: rounds.resolve(runs, endOf(message, goesOn)) };
    const events = rounds.resolve(runs, undefined);
    const isLast = this.#asked === MAX_ROUNDS - 1;
    this.#request = followUp(this.#request, message, runs, isLast);
    const written = this.#dialect.writeRequest(this.#request);
    if (!written.ok) return { events, error: written.error };
    const request = addressRequest(this.#candidate, written.value, this.#request.stream);
    const bytes = Buffer.isBuffer(request.body) ? request.body.length : 0;
    const admitted = await this.#searching.admit(bytes);
    return admitted.ok
      ? { events, request, context: written.value.context }
      : { events, error: admitted.error };
  }

  /** All at once: a model asks for several where none needs another's result. */
  async #run(
    calls: readonly ToolUseBlock[],
    { stopReason }: Message,
    signal: AbortSignal,
  ): Promise<readonly RunSearch[]> {
    return await Promise.all(
      calls.map(async (call) => {
        // A call that was cut off asks for something else than it would have.
        const found = stopReason === "tool_use" ? await this.#find(call, signal) : CUT_OFF;
        return { call, found };
      }),
    );
  }

  async #find(call: ToolUseBlock, signal: AbortSignal): Promise<Found> {
    const { maxUses, limits } = this.#offer;
    const text = queryIn(call);
    if (text === undefined) return NO_QUERY;
    if ((maxUses !== undefined && this.#uses >= maxUses) || this.#asked >= MAX_ROUNDS) {
      return USED_UP;
    }
    this.#uses += 1;
    const found = await this.#searching.web.search({ ...limits, text }, signal);
    if (!found.ok) this.#failures.push(found.error);
    return found;
  }
}

/** An answer that would have gone on says that the client may have it do so. */
function endOf({ stopReason }: Message, goesOn: boolean): StopReason {
  return goesOn ? "pause_turn" : stopReason;
}

const CUT_OFF = fail({ code: "invalid_tool_input", reason: "the call was cut off" } as const);
const NO_QUERY = fail({ code: "invalid_tool_input", reason: "no query" } as const);
const USED_UP = fail({ code: "max_uses_exceeded", reason: "used up" } as const);
