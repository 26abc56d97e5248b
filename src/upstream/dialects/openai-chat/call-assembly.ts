import type { AnswerBlocks } from "./answer-blocks.ts";
import type { CallPiece } from "./answer-piece.ts";
import { isBlankArguments, isObjectText } from "./call-arguments.ts";

interface Call {
  readonly index: number | undefined;
  id: string;
  name: string;
  args: string;
  /** Characters of the arguments that were told; undefined: not opened. */
  told: number | undefined;
}

/** What is known of an answer's calls in the end. */
export interface CallsTold {
  readonly hasCall: boolean;
  readonly hasBrokenCall: boolean;
}

/**
 * Puts tool calls together and tells them one after another. Streams bring them whole or in pieces, and the pieces of
 * parallel calls mixed: the first is told as it comes, the others wait for their turn.
 */
export class CallAssembly {
  readonly #blocks: AnswerBlocks;
  readonly #toClient: (call: { readonly id: string; readonly name: string }) => {
    readonly id: string;
    readonly name: string;
  };
  readonly #calls: Call[] = [];
  /** The call that is being told. */
  #at = 0;

  constructor(
    blocks: AnswerBlocks,
    toClient: (call: { readonly id: string; readonly name: string }) => {
      readonly id: string;
      readonly name: string;
    },
  ) {
    this.#blocks = blocks;
    this.#toClient = toClient;
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0;
  }

  add(piece: CallPiece): void {
    const call = this.#find(piece);
    if (call === undefined) {
      this.#calls.push({ ...piece, told: undefined });
      return;
    }
    // A name that is repeated is the same name, never the rest of it.
    if (call.name === "") call.name = piece.name;
    if (call.id === "") call.id = piece.id;
    call.args += piece.args;
  }

  /** Tells what can be told without opening a second block. */
  tell(): void {
    for (;;) {
      const call = this.#calls[this.#at];
      if (call === undefined || call.name === "") return;
      this.#tell(call);
      const isFollowed = this.#at + 1 < this.#calls.length;
      if (!isFollowed || !isObjectText(call.args)) return;
      this.#next();
    }
  }

  /** Tells the rest: no more pieces will come. A call without a name is none. */
  tellAll(): CallsTold {
    for (let call = this.#calls[this.#at]; call !== undefined; call = this.#calls[this.#at]) {
      if (call.name === "") {
        this.#at += 1;
        continue;
      }
      this.#tell(call);
      if (call.args.trim() === "") this.#blocks.input("{}");
      this.#next();
    }
    const told = this.#calls.filter(({ name }) => name !== "");
    return {
      hasCall: told.length > 0,
      hasBrokenCall: told.some(({ args }) => !isBlankArguments(args) && !isObjectText(args)),
    };
  }

  #tell(call: Call): void {
    if (call.told === undefined) {
      const { id, name } = this.#toClient(call);
      this.#blocks.openCall(id, name);
    }
    this.#blocks.input(call.args.slice(call.told ?? 0));
    call.told = call.args.length;
  }

  #next(): void {
    this.#blocks.closeCall();
    this.#at += 1;
  }

  /** The call that a piece goes on with; undefined: it begins one. */
  #find(piece: CallPiece): Call | undefined {
    const call =
      piece.index === undefined
        ? this.#calls.findLast(({ id }) => piece.id === "" || id === piece.id)
        : this.#calls.findLast(({ index }) => index === piece.index);
    if (call === undefined) return undefined;
    // quirk(ollama): all parallel calls have index 0, each its own id.
    // source: https://github.com/ollama/ollama/issues/15457 (read 2026-11-25)
    const isOther = piece.id !== "" && call.id !== "" && piece.id !== call.id;
    return isOther || isNextWhole(call, piece) ? undefined : call;
  }
}

/** Whole calls without ids: a name and new arguments where the ones before are complete. */
function isNextWhole(call: Call, piece: CallPiece): boolean {
  if (piece.id !== "" || piece.name === "" || !piece.args.trimStart().startsWith("{")) return false;
  return isObjectText(call.args);
}
