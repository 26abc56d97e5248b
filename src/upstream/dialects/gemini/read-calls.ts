import { createHash } from "node:crypto";
import { isObject } from "../../../base/json.ts";
import type { AnswerContext, JsonObject } from "../../../canonical/index.ts";
import type { BlockEmitter } from "./block-emitter.ts";
import { PartialArgs } from "./partial-args.ts";
import { toolNameOf } from "./tool-names.ts";

interface OpenCall {
  readonly id: string;
  readonly name: string;
  readonly signature: string | undefined;
  readonly args: PartialArgs;
}

/** Reads the calls of one answer, whole ones and those in pieces. Owned by one reader of one answer. */
export class CallReader {
  readonly #context: AnswerContext;
  readonly #emitter: BlockEmitter;
  readonly #ids = new Set<string>();
  #open: OpenCall | undefined;
  #count = 0;

  constructor(context: AnswerContext, emitter: BlockEmitter) {
    this.#context = context;
    this.#emitter = emitter;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether a call began whose end has not come. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  take(call: JsonObject, signature: string | undefined, responseId: string): void {
    const name = call["name"];
    if (typeof name === "string" && name !== "") {
      this.flush();
      const id = this.#idFor(call["id"], responseId);
      this.#open = { id, name, signature, args: new PartialArgs() };
    }
    if (this.#open === undefined) return;
    this.#open.args.merge(call["args"]);
    const pieces = Array.isArray(call["partialArgs"]) ? call["partialArgs"] : [];
    for (const piece of pieces) this.#open.args.add(piece);
    if (call["willContinue"] !== true) this.flush();
  }

  /** Ends the open call with what came of it. */
  flush(): void {
    const call = this.#open;
    if (call === undefined) return;
    this.#open = undefined;
    this.#count += 1;
    if (call.signature !== undefined) this.#emitter.sign(call.signature);
    const name = toolNameOf(call.name, this.#context.toolNames);
    this.#emitter.toolUse(call.id, name, call.args.toJson());
  }

  /** Unique in the conversation: Gemini often tells none, and clients match results by it. */
  #idFor(told: unknown, responseId: string): string {
    let id = typeof told === "string" && /^[\w-]{1,64}$/.test(told) ? told : undefined;
    for (let salt = 0; id === undefined || this.#isTaken(id); salt += 1) {
      const seed = `${responseId} ${this.#ids.size} ${salt}`;
      id = `call_${createHash("sha256").update(seed).digest("hex").slice(0, 24)}`;
    }
    this.#ids.add(id);
    return id;
  }

  #isTaken(id: string): boolean {
    return this.#ids.has(id) || this.#context.callIds.has(id);
  }
}

/** The call in a part; undefined in a part of another kind. */
export function callOf(part: JsonObject): JsonObject | undefined {
  const call = part["functionCall"];
  return isObject(call) ? call : undefined;
}
