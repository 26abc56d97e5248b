import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { PLACE_CODES, placeOf } from "./places.ts";

/** A demand that content be processed in one place and nowhere else. */
export interface DataPolicy {
  /** As it is written: `us_only`. */
  readonly name: string;
  /** Code of a place: `us`. */
  readonly place: string;
}

/**
 * Reads a policy such as `india_only`; one that is not known is refused, for it would protect nothing (design R17).
 *
 * `none` asks for nothing (undefined). It does not take back what somebody else asks for.
 */
export function readDataPolicy(text: string): Result<DataPolicy | undefined, GatewayError> {
  const name = text.trim().toLowerCase();
  if (name === "none") return ok(undefined);
  const word = /^([a-z]+)_only$/.exec(name)?.[1];
  const place = word === undefined ? undefined : placeOf(word);
  if (place !== undefined) return ok({ name, place });
  const known = PLACE_CODES.map((code) => `${code}_only`).join(", ");
  return fail(
    gatewayError("invalid_header", `The data policy is not known. It is one of none, ${known}`),
  );
}
