import type { GatewayError } from "../base/errors.ts";

/** A running exchange that can be ended from outside. */
export interface Cuttable {
  /** Ends it toward the client with a protocol error where one can still be said. */
  cut(error: GatewayError): void;
}

/** The exchanges under way. Owned by `main.ts`; draining waits for it and ends what is left. */
export class ActiveExchanges {
  readonly #running = new Set<Cuttable>();
  #idle: PromiseWithResolvers<void> | undefined;

  get count(): number {
    return this.#running.size;
  }

  add(exchange: Cuttable): void {
    this.#running.add(exchange);
  }

  remove(exchange: Cuttable): void {
    this.#running.delete(exchange);
    if (this.#running.size === 0) this.#idle?.resolve();
  }

  cutAll(error: GatewayError): void {
    for (const exchange of this.#running) exchange.cut(error);
  }

  /** Resolves once nothing is running. */
  async whenIdle(): Promise<void> {
    if (this.#running.size === 0) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }
}
