/** An integer count of nano-dollars (1e-9 USD). Money is never a float. */
export type NanoUsd = bigint & { readonly __brand: "NanoUsd" };

export const ZERO_USD = nanoUsd(0n);

/** The one place where an integer becomes money. */
export function nanoUsd(amount: bigint): NanoUsd {
  // The brand exists only for the compiler.
  return amount as NanoUsd;
}
