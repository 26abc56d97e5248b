import type { JsonObject } from "../../canonical/index.ts";
import type { FinishedItem, ItemWriter } from "./item-writer.ts";

/** What nothing here knows, as it came: clients pass over items whose type they do not know. */
export class WholeWriter implements ItemWriter {
  readonly lingers = false;
  readonly first: JsonObject;

  constructor(raw: JsonObject) {
    this.first = raw;
  }

  takes(): boolean {
    return false;
  }

  open(): readonly JsonObject[] {
    return [];
  }

  push(): readonly JsonObject[] {
    return [];
  }

  endBlock(): readonly JsonObject[] {
    return [];
  }

  finish(): FinishedItem {
    return { events: [], item: this.first };
  }
}
