import { type GatewayError, gatewayError } from "../base/errors.ts";
import { firstValue, type HeaderList } from "../base/header-list.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { type DataPolicy, readDataPolicy } from "../policy/residency/index.ts";

/** What a request asks of Spillway in its own headers. */
export interface Asked {
  /** `x-spillway-overflow: byok`. */
  readonly overflow: boolean;
  readonly dataPolicy: DataPolicy | undefined;
  /** A header of another gateway came, so its answer headers are expected too. */
  readonly usesAliases: boolean;
}

const NOTHING: Asked = { overflow: false, dataPolicy: undefined, usesAliases: false };

/** Reads Spillway's own request headers; a value that it does not know is refused, never ignored. */
export function readAsked(headers: HeaderList): Result<Asked, GatewayError> {
  if (!hasOwnFields(headers)) return ok(NOTHING);
  const overflow = valueOf(headers, "overflow");
  if (overflow !== undefined && overflow.trim().toLowerCase() !== "byok") {
    return fail(
      gatewayError("invalid_header", 'The header x-spillway-overflow knows one value, "byok"'),
    );
  }
  const policyText = valueOf(headers, "data-policy");
  const dataPolicy = policyText === undefined ? undefined : readDataPolicy(policyText);
  if (dataPolicy?.ok === false) return dataPolicy;
  return ok({
    overflow: overflow !== undefined,
    dataPolicy: dataPolicy?.value,
    usesAliases: headers.some((name, i) => i % 2 === 0 && /^x-br-/i.test(name)),
  });
}

/** Most requests have none, and are not searched field by field. */
function hasOwnFields(headers: HeaderList): boolean {
  return headers.some((name, i) => i % 2 === 0 && /^x-(?:spillway|br)-/i.test(name));
}

function valueOf(headers: HeaderList, name: string): string | undefined {
  return firstValue(headers, `x-spillway-${name}`) ?? firstValue(headers, `x-br-${name}`);
}
