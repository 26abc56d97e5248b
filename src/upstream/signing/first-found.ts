import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { Lent } from "./renewed.ts";

/** A place where credentials may be; undefined: there are none, so the next place is looked at. */
type Source<Options, T> = (options: Options) => Promise<Result<Lent<T> | undefined, string>>;

/** The first place that has credentials counts, also where what it has is of no use. `missing` begins the error. */
export async function firstFound<Options, T>(
  sources: readonly Source<Options, T>[],
  options: Options,
  { missing, nowhere }: { readonly missing: string; readonly nowhere: string },
): Promise<Result<Lent<T>, GatewayError>> {
  for (const source of sources) {
    const found = await source(options);
    if (!found.ok) return fail(unavailable(`${missing}: ${found.error}`));
    if (found.value !== undefined) return ok(found.value);
  }
  return fail(unavailable(`${missing}: ${nowhere}`));
}

function unavailable(message: string): GatewayError {
  return gatewayError("cloud_credentials_unavailable", message);
}
