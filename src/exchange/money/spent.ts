import type { AttemptOutcome } from "../attempt/attempt-plan.ts";
import { type Bill, bill, mayCost } from "./bill.ts";
import type { Purse, PurseOwner } from "./purse.ts";

/** What attempts used that were given up; each is paid for at once, for the next candidate reserves for itself. */
export class Spent {
  readonly #owner: PurseOwner;
  readonly #purse: Purse;
  readonly #bills: Bill[] = [];

  constructor(owner: PurseOwner, purse: Purse) {
    this.#owner = owner;
    this.#purse = purse;
  }

  get bills(): readonly Bill[] {
    return this.#bills;
  }

  add({ candidate, last }: AttemptOutcome): void {
    const { call, facts, settings } = this.#owner;
    const { deployment, model = facts.model } = candidate;
    const consumption = {
      mayCost: mayCost(call),
      requestedModel: model,
      status: last.seen?.status,
      sent: true,
      observation: last.observation,
    };
    const billed = bill(consumption, settings.catalogue.of(deployment));
    const { code: currency, rate } = settings.currency;
    this.#purse.spend(billed.cost, { currency, rate, priceVersion: billed.priceVersion });
    this.#bills.push(billed);
  }
}
