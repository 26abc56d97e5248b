import {
  type BlockDelta,
  type JsonObject,
  type OpenedBlock,
  parseToolInput,
} from "../../canonical/index.ts";
import type { BuiltIn } from "./built-ins.ts";
import type { CallKind } from "./call-kinds.ts";
import { unwrapFreeform } from "./freeform.ts";
import type { FinishedItem, ItemWriter } from "./item-writer.ts";

type Call = Extract<OpenedBlock, { readonly type: "tool_use" }>;

/** How the three kinds of calls differ; what is common to them is `CallWriter`. */
interface Shape {
  readonly first: JsonObject;
  /** The events of a piece of the input, where it can be told before its end. */
  piece(json: string): readonly JsonObject[];
  /** What is told when the input is whole. */
  whole(input: string): readonly JsonObject[];
  item(input: string): JsonObject;
}

/** A call of a tool, as the client declared the tool. */
export class CallWriter implements ItemWriter {
  readonly lingers = false;
  readonly #shape: Shape;
  #input = "";

  constructor(core: string, call: Call, kind: CallKind | undefined) {
    this.#shape = shapeOf(core, call, kind ?? { type: "function", name: call.name });
  }

  get first(): JsonObject {
    return { ...this.#shape.first, status: "in_progress" };
  }

  takes(): boolean {
    return false;
  }

  open(): readonly JsonObject[] {
    return [];
  }

  push(delta: BlockDelta): readonly JsonObject[] {
    if (delta.type !== "input" || delta.json === "") return [];
    this.#input += delta.json;
    return this.#shape.piece(delta.json);
  }

  endBlock(): readonly JsonObject[] {
    // No text is how some say that there is no input; clients parse what they are told.
    const pieces = this.#input.trim() === "" ? this.push({ type: "input", json: "{}" }) : [];
    return [...pieces, ...this.#shape.whole(this.#input)];
  }

  finish(): FinishedItem {
    const isWhole = parseToolInput(this.#input) !== undefined;
    const status = isWhole ? "completed" : "incomplete";
    return { events: [], item: { ...this.#shape.item(this.#input), status } };
  }
}

function shapeOf(core: string, call: Call, kind: CallKind): Shape {
  switch (kind.type) {
    case "function":
      return functionShape({ id: `fc_${core}`, ...namesOf(call, kind) });
    case "custom":
      return customShape({ id: `ctc_${core}`, ...namesOf(call, kind) });
    case "built_in":
      return builtInShape({ id: `bi_${core}`, call_id: call.id }, kind.builtIn);
    default:
      return kind satisfies never;
  }
}

function namesOf(call: Call, { name, namespace }: { name: string; namespace?: string }) {
  return { call_id: call.id, name, ...(namespace === undefined ? {} : { namespace }) };
}

function functionShape(frame: JsonObject & { readonly name: string }): Shape {
  const item = { type: "function_call", ...frame };
  return {
    first: { ...item, arguments: "" },
    piece: (delta) => [{ type: "response.function_call_arguments.delta", delta }],
    whole: (input) => [
      { type: "response.function_call_arguments.done", name: frame.name, arguments: input },
    ],
    item: (input) => ({ ...item, arguments: input }),
  };
}

/** The text is told at once: where a piece of JSON ends, its text need not. */
function customShape(frame: JsonObject): Shape {
  const item = { type: "custom_tool_call", ...frame };
  return {
    first: { ...item, input: "" },
    piece: () => [],
    whole: (json) => {
      const input = unwrapFreeform(json);
      const piece = { type: "response.custom_tool_call_input.delta", delta: input };
      const end = { type: "response.custom_tool_call_input.done", input };
      return input === "" ? [end] : [piece, end];
    },
    item: (json) => ({ ...item, input: unwrapFreeform(json) }),
  };
}

function builtInShape(frame: JsonObject, builtIn: BuiltIn): Shape {
  const item = { type: builtIn.call, ...frame, ...builtIn.frame };
  return {
    first: { ...item, [builtIn.member]: builtIn.fixed },
    piece: () => [],
    whole: () => [],
    item: (json) => ({ ...item, [builtIn.member]: { ...builtIn.fixed, ...parseToolInput(json) } }),
  };
}
