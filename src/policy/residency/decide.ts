import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { ENDPOINTS, type Endpoint } from "./endpoints.ts";
import { isWithin, placeOf } from "./places.ts";
import type { DataPolicy } from "./policies.ts";

/** A request's demands, and where it would go. */
export interface ResidencyQuestion {
  /** Of the request, its key and the configuration; all of them hold. */
  readonly policies: readonly DataPolicy[];
  readonly origin: string;
  readonly inferenceGeo: string | undefined;
  /** What the operator says of upstreams; it goes before what Spillway knows. */
  readonly endpoints: readonly Endpoint[];
}

export interface ResidencyDecision {
  /** For the record: `none asked; global`, `us_only; us`, `india_only refused; global`. */
  readonly text: string;
  /** Undefined: it may go there. */
  readonly error?: GatewayError;
}

/** Whether content may go to an upstream. An upstream of which nothing is known satisfies no policy (design R17). */
export function decideResidency(question: ResidencyQuestion): ResidencyDecision {
  const { policies, inferenceGeo } = question;
  const endpoint = endpointOf(question);
  const place = endpoint === undefined ? "unknown" : nameOf(endpoint);
  const names = [...new Set(policies.map(({ name }) => name))].join(", ");
  const broken = policies.find((policy) => !satisfies(endpoint, policy, inferenceGeo));
  if (broken === undefined) return { text: `${names === "" ? "none asked" : names}; ${place}` };
  return {
    text: `${names} refused; ${place}`,
    error: gatewayError("residency_refused", explain(broken, place, question)),
  };
}

/** The operator's word first, then what depends on the request, then what holds always. */
function endpointOf(question: ResidencyQuestion): Endpoint | undefined {
  return [...question.endpoints, ...ENDPOINTS].find(
    ({ origin, inferenceGeo }) =>
      origin === question.origin &&
      (inferenceGeo === undefined || inferenceGeo === question.inferenceGeo),
  );
}

function nameOf({ place }: Endpoint): string {
  return placeOf(place) ?? place;
}

/** A request that asks for another place than its endpoint's may get it, so then nothing is sure. */
function satisfies(
  endpoint: Endpoint | undefined,
  policy: DataPolicy,
  inferenceGeo: string | undefined,
): boolean {
  if (endpoint === undefined || !isWithin(placeOf(endpoint.place), policy.place)) return false;
  return inferenceGeo === undefined || isWithin(placeOf(inferenceGeo), policy.place);
}

function explain(policy: DataPolicy, place: string, { origin }: ResidencyQuestion): string {
  const { host } = new URL(origin);
  const other = ENDPOINTS.find(
    (endpoint) =>
      endpoint.origin === origin &&
      endpoint.inferenceGeo !== undefined &&
      isWithin(placeOf(endpoint.place), policy.place),
  );
  const remedy =
    other === undefined
      ? "No upstream of this gateway is known to satisfy it"
      : `With "inference_geo": "${other.inferenceGeo}" in the body it would (models since 4.6)`;
  return `The data policy ${policy.name} forbids this request: ${host} (${place}) does not guarantee that it is processed there. ${remedy}. Nothing was sent`;
}
