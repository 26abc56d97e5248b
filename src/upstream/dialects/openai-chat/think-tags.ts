/** A piece of an answer's content, told apart. */
export interface SaidPiece {
  readonly kind: "thinking" | "text";
  readonly text: string;
}

const OPEN = "<think>";
const CLOSE = "</think>";

/**
 * Tells reasoning that a model wrote between `<think>` tags from its text, at any split. Only at the very start of the
 * content: later such a tag is something that the model talks about.
 */
export class ThinkTags {
  #state: "start" | "thinking" | "gap" | "text" = "start";
  /** What may be part of a tag, or blanks of which nothing is known yet. */
  #held = "";

  push(text: string): readonly SaidPiece[] {
    this.#held += text;
    const pieces: SaidPiece[] = [];
    if (this.#state === "start") this.#start();
    if (this.#state === "thinking") pieces.push(...this.#thinking());
    if (this.#state === "gap") this.#gap();
    if (this.#state === "text") pieces.push(...this.#take("text", this.#held.length));
    return pieces;
  }

  /** The content is over: what was held is what it looked like. */
  end(): readonly SaidPiece[] {
    const kind = this.#state === "thinking" ? "thinking" : "text";
    const pieces = this.#state === "gap" ? [] : this.#take(kind, this.#held.length);
    this.#state = "text";
    return pieces;
  }

  #start(): void {
    const text = this.#held.trimStart();
    if (text.startsWith(OPEN)) {
      this.#state = "thinking";
      this.#held = text.slice(OPEN.length);
    } else if (!OPEN.startsWith(text)) {
      this.#state = "text";
    }
  }

  #thinking(): readonly SaidPiece[] {
    const end = this.#held.indexOf(CLOSE);
    if (end < 0) return this.#take("thinking", this.#held.length - tagStart(this.#held));
    const pieces = this.#take("thinking", end);
    this.#held = this.#held.slice(CLOSE.length);
    this.#state = "gap";
    return pieces;
  }

  /** Blank lines between the reasoning and the text belong to neither. */
  #gap(): void {
    this.#held = this.#held.trimStart();
    if (this.#held !== "") this.#state = "text";
  }

  #take(kind: SaidPiece["kind"], length: number): readonly SaidPiece[] {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return text === "" ? [] : [{ kind, text }];
  }
}

/** How many characters at the end of a text may begin the closing tag. */
function tagStart(text: string): number {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length -= 1) {
    if (CLOSE.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
