export {
  couldSatisfy,
  type Destination,
  decideResidency,
  endpointOf,
  nameOf,
  type ResidencyDecision,
  type ResidencyQuestion,
} from "./decide.ts";
export type { Endpoint } from "./endpoint.ts";
export { ENDPOINTS } from "./endpoints.ts";
export { placeOf } from "./places.ts";
export { type DataPolicy, readDataPolicy } from "./policies.ts";
export { type AskedPlace, isMisplaced } from "./served.ts";
export { toEndpoints, type Vouching } from "./vouch.ts";
