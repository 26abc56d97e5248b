import { isObject } from "../../base/json.ts";
import {
  type BlockDelta,
  type JsonObject,
  type OpenedBlock,
  parseToolInput,
} from "../../canonical/index.ts";
import type { FinishedItem, ItemWriter } from "./item-writer.ts";

type Opaque = Extract<OpenedBlock, { readonly type: "opaque" }>;

export function isSearch({ raw }: Opaque): boolean {
  return raw["type"] === "server_tool_use" && raw["name"] === "web_search";
}

/** A search that the upstream made: the canonical call and its result are one item here. */
export class SearchWriter implements ItemWriter {
  readonly lingers = true;
  readonly #id: string;
  readonly #call: Opaque;
  #json = "";
  #result: JsonObject | undefined;

  constructor(core: string, call: Opaque) {
    this.#id = `ws_${core}`;
    this.#call = call;
  }

  get first(): JsonObject {
    return { id: this.#id, type: "web_search_call", status: "in_progress" };
  }

  takes(block: OpenedBlock): boolean {
    const isResult = block.type === "opaque" && block.raw["type"] === "web_search_tool_result";
    return isResult && block.raw["tool_use_id"] === this.#call.raw["id"];
  }

  open(block: OpenedBlock): readonly JsonObject[] {
    if (block !== this.#call && block.type === "opaque") {
      this.#result = block.raw;
      return [];
    }
    return [
      { type: "response.web_search_call.in_progress" },
      { type: "response.web_search_call.searching" },
    ];
  }

  push(delta: BlockDelta): readonly JsonObject[] {
    if (this.#result === undefined) this.#json += inputIn(delta);
    return [];
  }

  endBlock(): readonly JsonObject[] {
    return [];
  }

  finish(): FinishedItem {
    const action = { ...this.#action(), ...this.#sources() };
    return {
      events: [{ type: "response.web_search_call.completed" }],
      item: { ...this.first, status: "completed", action },
    };
  }

  #action(): JsonObject {
    const told = this.#call.raw["input"];
    const input = this.#json === "" && isObject(told) ? told : (parseToolInput(this.#json) ?? {});
    if (typeof input["url"] !== "string") return { query: "", ...input, type: "search" };
    return { ...input, type: input["pattern"] === undefined ? "open_page" : "find_in_page" };
  }

  #sources(): JsonObject {
    const content = this.#result?.["content"];
    const found: readonly unknown[] = Array.isArray(content) ? content : [];
    const urls = found.map((each) => (isObject(each) ? each["url"] : undefined));
    const sources = urls.filter((url) => typeof url === "string");
    return sources.length === 0 ? {} : { sources: sources.map((url) => ({ type: "url", url })) };
  }
}

function inputIn(delta: BlockDelta): string {
  if (delta.type === "input") return delta.json;
  const piece = delta.type === "opaque" ? delta.raw["partial_json"] : undefined;
  return typeof piece === "string" ? piece : "";
}
