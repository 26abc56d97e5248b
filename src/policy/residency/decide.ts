import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { Endpoint } from "./endpoint.ts";
import { knownEndpoints } from "./endpoints.ts";
import { isWithin, placeOf } from "./places.ts";
import type { DataPolicy } from "./policies.ts";

/** An upstream that content might go to. */
export interface Destination {
  readonly origin: string;
  /** As the upstream calls it; undefined: none is named. */
  readonly model: string | undefined;
}

/** A request's demands, and where it would go. */
export interface ResidencyQuestion extends Destination {
  /** Of the request, its key and the configuration; all of them hold. */
  readonly policies: readonly DataPolicy[];
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

/** What is known of a destination: the operator's word first, then what depends on the request, then what holds always. */
export function endpointOf(
  question: Pick<ResidencyQuestion, "origin" | "model" | "inferenceGeo" | "endpoints">,
): Endpoint | undefined {
  return rowsOf(question).find(
    ({ inferenceGeo, holdsFor }) =>
      (inferenceGeo === undefined || inferenceGeo === question.inferenceGeo) &&
      (holdsFor === undefined || (question.model !== undefined && holdsFor(question.model))),
  );
}

/** Whether an upstream has any place at all that satisfies the policies, whatever a request would have to say for it. */
export function couldSatisfy(
  question: Pick<ResidencyQuestion, "origin" | "policies" | "endpoints">,
): boolean {
  return question.policies.every((policy) =>
    rowsOf(question).some((endpoint) => satisfies(endpoint, policy, undefined)),
  );
}

function rowsOf({
  origin,
  endpoints,
}: Pick<ResidencyQuestion, "origin" | "endpoints">): readonly Endpoint[] {
  return [...endpoints.filter((endpoint) => endpoint.origin === origin), ...knownEndpoints(origin)];
}

/** The code of a place, or what stands in its stead. */
export function nameOf({ place }: Pick<Endpoint, "place">): string {
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

function explain(policy: DataPolicy, place: string, question: ResidencyQuestion): string {
  const { host } = new URL(question.origin);
  const other = rowsOf(question).find(
    (endpoint) => endpoint.ask !== undefined && satisfies(endpoint, policy, undefined),
  );
  const remedy =
    other === undefined
      ? "No upstream of this gateway is known to satisfy it"
      : `With ${other.ask} it would`;
  return `The data policy ${policy.name} forbids this request: ${host} (${place}) does not guarantee that it is processed there. ${remedy}. Nothing was sent there`;
}
