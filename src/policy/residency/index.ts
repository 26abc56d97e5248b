export { decideResidency, type ResidencyDecision, type ResidencyQuestion } from "./decide.ts";
export { ENDPOINTS, type Endpoint } from "./endpoints.ts";
export { placeOf } from "./places.ts";
export { type DataPolicy, readDataPolicy } from "./policies.ts";
