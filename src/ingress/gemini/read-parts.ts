import type { Block, JsonObject, TextBlock } from "../../canonical/index.ts";
import type { CallIds } from "./call-ids.ts";
import { unpackThinking } from "./carrier.ts";
import { type Field, member, restOf } from "./member.ts";
import { readCall, readResponse } from "./read-calls.ts";
import { readMedia } from "./read-media.ts";

/** Every member of a part that is understood wherever it stands. */
const PART = ["text", "thought", "thoughtSignature", "functionCall", "functionResponse"];

/**
 * What clients send in place of a signature that they do not have.
 * @source https://ai.google.dev/gemini-api/docs/thought-signatures (read 2026-11-25)
 */
const STAND_INS: ReadonlySet<string> = new Set(
  ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"].flatMap((word) => [
    word,
    Buffer.from(word).toString("base64"),
  ]),
);

export interface ReadParts {
  readonly blocks: readonly Block[];
  /** Parts of kinds that no other API has, as they came. */
  readonly unknown: readonly JsonObject[];
}

/** Reads the parts of one turn in their order. Owned by one turn. */
export class PartReader {
  readonly #ids: CallIds;
  readonly #role: "user" | "assistant";
  readonly #blocks: Block[] = [];
  readonly #unknown: JsonObject[] = [];
  /** Thoughts in a row are one block, for a stream tells one in many parts. */
  #thoughts: string | undefined;

  constructor(role: "user" | "assistant", ids: CallIds) {
    this.#role = role;
    this.#ids = ids;
  }

  read(parts: readonly Field[]): ReadParts {
    for (const part of parts) this.#take(part);
    this.#endThoughts();
    return { blocks: this.#blocks, unknown: this.#unknown };
  }

  #take(part: Field): void {
    const raw = part.object("Every part is an object, such as a text.");
    const signature = member(part, "thoughtSignature");
    const told = signature.optional((it) => it.text("Send signatures back as they came."));
    const proof = told === undefined || STAND_INS.has(told) ? undefined : told;
    const carried = proof === undefined ? undefined : unpackThinking(proof);
    if (carried !== undefined) {
      // The thoughts before it say the same again, and are there only if the client keeps them.
      this.#thoughts = undefined;
      this.#blocks.push(...carried);
    }
    // Google's own signature proves nothing to anybody else, least of all as another maker's.
    const foreign = proof === undefined || carried !== undefined ? {} : { thoughtSignature: proof };
    if (raw["thought"] === true && typeof raw["text"] === "string" && carried === undefined) {
      this.#thoughts = (this.#thoughts ?? "") + raw["text"];
      return;
    }
    const beside = nonEmpty({ ...restOf(part, PART), ...foreign });
    this.#takeSaid(part, beside, raw);
  }

  #takeSaid(part: Field, beside: JsonObject | undefined, raw: JsonObject): void {
    const text = part.at("text");
    if (!text.isAbsent) {
      const said = text.text("Send the text as a string.");
      if (said !== "") this.#text({ type: "text", text: said, extra: beside });
      return;
    }
    const call = member(part, "functionCall");
    const response = member(part, "functionResponse");
    if (!call.isAbsent) {
      if (this.#role === "user")
        call.refuse("nothing", "Calls stand in contents of the role model.");
      this.#push(readCall(call, this.#ids, beside));
    } else if (!response.isAbsent) {
      if (this.#role === "assistant") {
        response.refuse("nothing", "Responses stand in contents of the role user.");
      }
      this.#push(readResponse(response, this.#ids, beside));
    } else {
      const block = readMedia(part) ?? readCode(part);
      if (block === undefined) this.#unknown.push(raw);
      else this.#push(block);
    }
  }

  /** A model's text comes in pieces that mean nothing by themselves. */
  #text(block: TextBlock): void {
    this.#endThoughts();
    const last = this.#blocks.at(-1);
    const isPiece =
      this.#role === "assistant" && last?.type === "text" && block.extra === undefined;
    if (!isPiece) this.#blocks.push(block);
    else this.#blocks[this.#blocks.length - 1] = { ...last, text: last.text + block.text };
  }

  #push(block: Block): void {
    this.#endThoughts();
    this.#blocks.push(block);
  }

  #endThoughts(): void {
    const text = this.#thoughts;
    this.#thoughts = undefined;
    if (text !== undefined && text !== "") this.#blocks.push({ type: "thinking", text });
  }
}

/** Code that Google ran, and what came out: as text, for no other API takes it back as its own. */
function readCode(part: Field): TextBlock | undefined {
  const code = member(member(part, "executableCode"), "code").value;
  if (typeof code === "string") return { type: "text", text: `[code that was run]\n${code}` };
  const result = member(part, "codeExecutionResult");
  if (result.isAbsent) return undefined;
  const output = result.at("output").value;
  return {
    type: "text",
    text: `[output of the code]\n${typeof output === "string" ? output : "(none)"}`,
  };
}

function nonEmpty(members: JsonObject): JsonObject | undefined {
  return Object.keys(members).length === 0 ? undefined : members;
}
