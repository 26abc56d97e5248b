import type { GatewayError } from "../../base/errors.ts";
import type { NanoUsd } from "../../base/money.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Identity } from "../../identity/principal.ts";
import { ExchangeLedger, type Rates, spendAccount } from "../../ledger/index.ts";
import type { BudgetScope } from "../../policy/budget/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { LedgerTransaction } from "../../store/transaction.ts";
import type { ClientCall, Operation } from "../call.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { RequestBody } from "../request/body.ts";
import type { Facts } from "../request/facts.ts";
import { type Costly, mostItMayCost } from "./cost-bound.ts";
import { keyScope, userScope } from "./scopes.ts";

/** The exchange whose money a purse holds. */
export interface PurseOwner {
  readonly call: ClientCall;
  readonly identity: Identity;
  readonly facts: Facts;
  readonly body: RequestBody;
  readonly settings: ExchangeSettings;
  readonly sessionId: string | undefined;
}

/** Operations that cost something. */
export const PAID: ReadonlySet<Operation> = new Set(["messages", "embeddings"]);

/** The money of one exchange: who pays for which candidate, what is put aside for it, and what it cost in the end. */
export class Purse {
  readonly #house: Pick<House, "budgets" | "clock">;
  readonly #owner: PurseOwner;
  #ledger: ExchangeLedger | undefined;
  #admitted: Candidate | undefined;
  #turns = 0;
  /** Of a candidate that was given up, where they could not be stored with the next one's. */
  #unstored: readonly LedgerTransaction[] = [];

  constructor(house: Pick<House, "budgets" | "clock">, owner: PurseOwner) {
    this.#house = house;
    this.#owner = owner;
  }

  /**
   * Takes what a candidate may cost at most out of every budget above it, in one step: two requests never get the same
   * money. What was held for the candidate before goes back. The transactions are to be stored before the candidate is
   * tried, or given back with `release`.
   */
  admit(candidate: Candidate): Result<readonly LedgerTransaction[], GatewayError> {
    const at = this.#house.clock.now();
    const scopes = this.scopesOf(candidate);
    const bound = scopes.length === 0 ? undefined : mostItMayCost(this.#costlyAt(candidate));
    const admitted = this.#take(scopes, at, bound);
    if (!admitted.ok) return admitted;
    const { payers } = admitted.value;
    const { call, identity } = this.#owner;
    const ledger = new ExchangeLedger({
      exchangeId: call.id,
      book: candidate.book,
      payers: payers.length === 0 ? [spendAccount(identity.principal)] : payers,
      provider: candidate.deployment.provider,
      turn: this.#turns,
    });
    this.#turns += 1;
    this.#unstored = [...this.#unstored, ...this.#giveBack(at)];
    this.#ledger = ledger;
    this.#admitted = candidate;
    const reserved = payers.length === 0 ? [] : this.#moved(ledger.reserve(at, bound ?? 0n));
    return ok([...this.#unstored, ...reserved]);
  }

  /**
   * Takes what one more request of so many bytes may cost, for the candidate that was admitted last: an answer may take
   * several. It is the same request to a limit by the day. To be stored as what `admit` gives; where that fails, the lines go
   * with those of the end.
   */
  topUp(bodyBytes: number): Result<readonly LedgerTransaction[], GatewayError> {
    const [ledger, candidate] = [this.#ledger, this.#admitted];
    if (ledger === undefined || candidate === undefined) return ok([]);
    const scopes = this.scopesOf(candidate).map((scope) => ({
      ...scope,
      dailyRequests: undefined,
    }));
    if (scopes.length === 0) return ok([]);
    const at = this.#house.clock.now();
    const bound = mostItMayCost(this.#costlyAt(candidate), bodyBytes);
    const admitted = this.#take(scopes, at, bound);
    if (!admitted.ok) return admitted;
    if (admitted.value.payers.length === 0) return ok([]);
    this.#unstored = [...this.#unstored, ...this.#moved(ledger.topUp(at, bound ?? 0n))];
    return ok(this.#unstored);
  }

  /** What was admitted last is stored. */
  stored(): void {
    this.#unstored = [];
  }

  /** The candidate that was admitted last failed, though not for nothing; an unknown cost is charged as it was held. */
  spend(cost: bigint | undefined, rates: Rates): void {
    const ledger = this.#ledger;
    this.#ledger = undefined;
    if (ledger === undefined) return;
    const paid = this.#moved(ledger.settle(this.#house.clock.now(), cost, rates));
    this.#unstored = [...this.#unstored, ...paid];
  }

  /** Gives back what was admitted last: it was not stored, so nothing was sent. */
  release(): void {
    this.#giveBack(this.#house.clock.now());
  }

  /** What each budget above the candidate has on hold for this exchange. */
  get heldNano(): bigint {
    return this.#ledger?.heldNano ?? 0n;
  }

  /** The lines of the end; an unknown cost is charged as it was held. */
  settle(at: number, cost: bigint | undefined, rates: Rates): readonly LedgerTransaction[] {
    const ledger = this.#ledger;
    const settled = ledger === undefined ? [] : this.#moved(ledger.settle(at, cost, rates));
    return [...this.#unstored, ...settled];
  }

  /** The budgets that stand above a candidate: only a stored key's money is anybody's budget (design R2, R22). */
  scopesOf({ credential, mode, isSpill }: Candidate): readonly BudgetScope[] {
    const { call, identity, settings } = this.#owner;
    if (credential.kind !== "stored" || !PAID.has(call.operation)) return [];
    const { cap } = settings.pay;
    const { key, principal } = identity;
    if (key !== undefined) return [keyScope(key, isSpill === true ? "byok-overflow" : mode, cap)];
    // Another provider's model is asked for by its name; the cap is for what nobody asked for.
    return isSpill === true || mode === "byok-overflow" ? [userScope(principal, cap)] : [];
  }

  #take(scopes: readonly BudgetScope[], at: number, amountNano: NanoUsd | undefined) {
    const { rates, allowUnpriced } = this.#owner.settings.pay;
    return this.#house.budgets.admit({ scopes, at, rates, amountNano, allowUnpriced });
  }

  #costlyAt({ deployment, model = this.#owner.facts.model }: Candidate): Costly {
    const { call, body, settings } = this.#owner;
    const isRead = call.operation === "embeddings";
    const facts = {
      ...this.#owner.facts,
      ...(model === undefined ? {} : { model }),
      ...(isRead ? { maxTokens: 0 } : {}),
    };
    return { facts, body, prices: settings.catalogue.of(deployment) };
  }

  #giveBack(at: number): readonly LedgerTransaction[] {
    const ledger = this.#ledger;
    this.#ledger = undefined;
    return ledger === undefined ? [] : this.#moved(ledger.release(at));
  }

  #moved(transactions: readonly LedgerTransaction[]): readonly LedgerTransaction[] {
    this.#house.budgets.apply(transactions);
    return transactions;
  }
}
