import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { allValues, type HeaderList } from "../../base/header-list.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { type DataPolicy, readDataPolicy } from "../../policy/residency/index.ts";

/** What a request asks of Spillway in its own headers. */
export interface Asked {
  /** `x-spillway-overflow: byok`. */
  readonly overflow: boolean;
  /** All of them hold. */
  readonly dataPolicies: readonly DataPolicy[];
  /** `x-spillway-fallbacks`: tried in the place of the operator's chain, in this order. */
  readonly fallbacks: readonly string[];
  /** A header of another gateway came, so its answer headers are expected too. */
  readonly usesAliases: boolean;
}

const NOTHING: Asked = { overflow: false, dataPolicies: [], fallbacks: [], usesAliases: false };

/** More than anybody waits for. */
const MAX_FALLBACKS = 10;

/** Reads Spillway's own request headers; a value that it does not know is refused, never ignored. */
export function readAsked(headers: HeaderList): Result<Asked, GatewayError> {
  if (!hasOwnFields(headers)) return ok(NOTHING);
  const overflow = valuesOf(headers, "overflow");
  if (overflow.some((value) => value.trim().toLowerCase() !== "byok")) {
    return fail(
      gatewayError("invalid_header", 'The header x-spillway-overflow knows one value, "byok"'),
    );
  }
  const dataPolicies: DataPolicy[] = [];
  for (const text of valuesOf(headers, "data-policy")) {
    const policy = readDataPolicy(text);
    if (!policy.ok) return policy;
    if (policy.value !== undefined) dataPolicies.push(policy.value);
  }
  const fallbacks = valuesOf(headers, "fallbacks").flatMap((list) =>
    list.split(",").map((name) => name.trim()),
  );
  if (fallbacks.includes("") || fallbacks.length > MAX_FALLBACKS) {
    return fail(
      gatewayError(
        "invalid_header",
        `The header x-spillway-fallbacks takes up to ${MAX_FALLBACKS} models with commas between them`,
      ),
    );
  }
  return ok({
    overflow: overflow.length > 0,
    dataPolicies,
    fallbacks,
    usesAliases: headers.some((name, i) => i % 2 === 0 && /^x-br-/i.test(name)),
  });
}

/** Most requests have none, and are not searched field by field. */
function hasOwnFields(headers: HeaderList): boolean {
  return headers.some((name, i) => i % 2 === 0 && /^x-(?:spillway|br)-/i.test(name));
}

function valuesOf(headers: HeaderList, name: string): readonly string[] {
  return [...allValues(headers, `x-spillway-${name}`), ...allValues(headers, `x-br-${name}`)];
}
