import type { BlockDelta, JsonObject, OpenedBlock } from "../../canonical/index.ts";

/** An item that is over. */
export interface FinishedItem {
  /** What is to be said before its end. */
  readonly events: readonly JsonObject[];
  readonly item: JsonObject;
}

/** Writes one output item; its events lack their numbers and which item they are of. */
export interface ItemWriter {
  /** As it stands in the event that it begins with. */
  readonly first: JsonObject;
  /** Stays open behind a block, for the next one may belong to it. */
  readonly lingers: boolean;
  takes(block: OpenedBlock): boolean;
  /** A block begins: the one that it was made for, or one that it takes. */
  open(block: OpenedBlock): readonly JsonObject[];
  push(delta: BlockDelta): readonly JsonObject[];
  endBlock(): readonly JsonObject[];
  /** `isCut`: the answer ended before its own end. */
  finish(isCut: boolean): FinishedItem;
}
