import type { GatewayError } from "../base/errors.ts";

/** A running exchange that can be ended from outside. */
export interface Cuttable {
  /** Ends it toward the client with a protocol error where one can still be said. */
  cut(error: GatewayError): void;
}

/** The exchanges under way. Owned by `gateway.ts`; draining waits for it and ends what is left. */
export class ActiveExchanges {
  readonly #running = new Set<Cuttable>();
  #begun = 0;
  #idle: PromiseWithResolvers<void> | undefined;
  #cut: GatewayError | undefined;

  /** Counts an exchange from its arrival to its settlement, so that draining waits for uploads and repetitions too. */
  async during(exchange: Promise<void>): Promise<void> {
    this.#begun += 1;
    try {
      await exchange;
    } finally {
      this.#begun -= 1;
      if (this.#begun === 0) this.#idle?.resolve();
    }
  }

  /** Calls to an upstream under way. */
  get count(): number {
    return this.#running.size;
  }

  /** Set once everything was cut: what has not been sent by then is not sent any more. */
  get cut(): GatewayError | undefined {
    return this.#cut;
  }

  add(exchange: Cuttable): void {
    this.#running.add(exchange);
  }

  remove(exchange: Cuttable): void {
    this.#running.delete(exchange);
  }

  cutAll(error: GatewayError): void {
    this.#cut = error;
    for (const exchange of this.#running) exchange.cut(error);
  }

  /** Resolves once every exchange is settled. */
  async whenIdle(): Promise<void> {
    if (this.#begun === 0) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }
}
