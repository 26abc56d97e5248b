import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";

/** What is good for a while only. */
export interface Lent<T> {
  readonly value: T;
  /** Epoch milliseconds; undefined: it does not expire. */
  readonly expiresAtMs: number | undefined;
}

export interface RenewedOptions<T> {
  readonly obtain: () => Promise<Result<Lent<T>, GatewayError>>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long before its end it is fetched anew. */
  readonly aheadMs?: number;
  /** How long one that failed is not repeated; whoever waits hears the same failure. */
  readonly retryMs?: number;
}

/**
 * A credential that expires: fetched once for all who wait, and anew ahead of its end while the old one goes on. Owned by
 * whoever signs with it.
 */
export class Renewed<T> {
  readonly #options: Required<RenewedOptions<T>>;
  #lent: Lent<T> | undefined;
  #pending: Promise<Result<T, GatewayError>> | undefined;
  #failure: { readonly result: Result<T, GatewayError>; readonly untilMs: number } | undefined;

  constructor(options: RenewedOptions<T>) {
    this.#options = { aheadMs: 5 * 60_000, retryMs: 1_000, ...options };
  }

  /** What is good now; waits only where nothing is. */
  async get(): Promise<Result<T, GatewayError>> {
    const lent = this.#lent;
    const leftMs = this.#leftMs();
    if (lent === undefined || leftMs <= 0) return await this.#renew();
    if (leftMs <= this.#options.aheadMs) void this.#renew();
    return ok(lent.value);
  }

  /** Whoever was refused with it says so: it is fetched anew when it is asked for next. One that came since stays. */
  forget(value: T): void {
    if (this.#lent?.value === value) this.#lent = undefined;
  }

  #leftMs(): number {
    if (this.#lent === undefined) return 0;
    return (this.#lent.expiresAtMs ?? Number.POSITIVE_INFINITY) - this.#options.now();
  }

  async #renew(): Promise<Result<T, GatewayError>> {
    if (this.#failure !== undefined && this.#options.now() < this.#failure.untilMs) {
      return this.#failure.result;
    }
    this.#pending ??= this.#obtain();
    return await this.#pending;
  }

  async #obtain(): Promise<Result<T, GatewayError>> {
    const { now, retryMs } = this.#options;
    const fetched = await this.#ask();
    this.#pending = undefined;
    if (fetched.ok) {
      this.#lent = fetched.value;
      this.#failure = undefined;
      return ok(fetched.value.value);
    }
    this.#failure = { result: fetched, untilMs: now() + retryMs };
    return fetched;
  }

  async #ask(): Promise<Result<Lent<T>, GatewayError>> {
    try {
      return await this.#options.obtain();
    } catch (cause) {
      return fail(gatewayError("internal", "A credential could not be fetched", { cause }));
    }
  }
}
