import { isWithin, placeOf } from "./places.ts";
import type { DataPolicy } from "./policies.ts";

/** What was asked for, by policies and by the request itself. */
export interface AskedPlace {
  readonly policies: readonly DataPolicy[];
  readonly inferenceGeo: string | undefined;
}

/** Whether an answer was made elsewhere than it had to be, by its own word (`usage.inference_geo`). */
export function isMisplaced({ policies, inferenceGeo }: AskedPlace, servedIn: string): boolean {
  if (policies.some(({ place }) => !isWithin(placeOf(servedIn), place))) return true;
  const asked = inferenceGeo === undefined ? undefined : placeOf(inferenceGeo);
  return asked !== undefined && !isWithin(placeOf(servedIn), asked);
}
