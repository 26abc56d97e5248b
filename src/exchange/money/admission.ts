import type { GatewayError } from "../../base/errors.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { Route } from "../../routing/route.ts";
import type { ExchangeStore } from "../../store/contract.ts";
import type { StartedRecord } from "../../store/record.ts";
import type { Purse } from "./purse.ts";

type Admitted = Result<void, GatewayError>;

/** Puts money aside before anything is sent: what a candidate reserves is stored when it is tried, or it is not tried. */
export class Admission {
  readonly #store: Pick<ExchangeStore, "start" | "hold">;
  readonly #purse: Purse;
  readonly #exchangeId: string;
  /** The first candidate's reservation is part of the started record, which saves a write. */
  #first: { readonly candidate: Candidate; readonly result: Admitted } | undefined;

  constructor(store: Pick<ExchangeStore, "start" | "hold">, purse: Purse, exchangeId: string) {
    this.#store = store;
    this.#purse = purse;
    this.#exchangeId = exchangeId;
  }

  /** Stores the started record, with what the first candidate reserves; a failure is the record's own. */
  async begin(started: StartedRecord, route: Route | undefined): Promise<Admitted> {
    const reserved = route === undefined ? undefined : this.#purse.admit(route[0]);
    const stored = await this.#store.start(started, reserved?.ok === true ? reserved.value : []);
    if (reserved?.ok === true) this.#resolve(stored);
    if (route !== undefined && reserved !== undefined) {
      this.#first = { candidate: route[0], result: reserved.ok ? ok(undefined) : reserved };
    }
    return stored;
  }

  async admit(candidate: Candidate): Promise<Admitted> {
    if (candidate === this.#first?.candidate) return this.#first.result;
    const reserved = this.#purse.admit(candidate);
    if (!reserved.ok) return reserved;
    if (reserved.value.length === 0) return ok(undefined);
    const stored = await this.#store.hold(this.#exchangeId, reserved.value);
    this.#resolve(stored);
    return stored;
  }

  /** Puts more aside for one more request of the candidate that was admitted last. */
  async admitMore(bodyBytes: number): Promise<Admitted> {
    const reserved = this.#purse.topUp(bodyBytes);
    if (!reserved.ok) return reserved;
    if (reserved.value.length === 0) return ok(undefined);
    const stored = await this.#store.hold(this.#exchangeId, reserved.value);
    if (stored.ok) this.#purse.stored();
    return stored;
  }

  #resolve(stored: Admitted): void {
    if (stored.ok) this.#purse.stored();
    else this.#purse.release();
  }
}
