import type { JsonObject, StreamEvent } from "../../../canonical/index.ts";
import type { Produced } from "../shared/stop-reason.ts";

/** Reads the events of one output item; what it gives stands in the order of the item's own blocks. */
export interface ItemReader {
  /** An event that belongs to the item, other than its beginning and its end. */
  push(type: string, event: JsonObject): readonly StreamEvent[];
  /** The item is over; undefined where its end did not come, so that what came is all there is. */
  finish(item: JsonObject | undefined): readonly StreamEvent[];
  readonly produced: Produced;
}

export const NOTHING_PRODUCED: Produced = {
  hasCall: false,
  hasRefusal: false,
  hasBrokenCall: false,
};
