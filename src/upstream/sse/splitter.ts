/** Events beyond this size are skipped, so that a stream costs constant memory (design R20). */
export const WINDOW_BYTES = 2 ** 20;

const LF = 0x0a;
const COLON = 0x3a;
const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";
const SMALLEST_WINDOW = 1_024;

/** Takes the event that stands in `text` from `from` to `end`. */
type OnEvent = (text: string, from: number, end: number) => void;

/**
 * Cuts a byte stream into SSE events at their blank lines: LF, CRLF and CR in any mixture, any split of the bytes.
 *
 * Events are handed over as spans of latin1 text (one character a byte) with LF line ends: of the chunk's own text when
 * they lie within a chunk, so that nothing is copied. Never throws unless `onEvent` does.
 * @source https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream (read 2026-11-20)
 */
export class SseSplitter {
  readonly #onEvent: OnEvent;
  readonly #windowBytes: number;
  /** The bytes of an event whose end has not come. */
  #window = Buffer.alloc(0);
  #windowUsed = 0;
  /** The first bytes while they may still become a byte order mark; undefined once that is settled. */
  #mark: string | undefined = "";
  #isAfterCr = false;
  #isAtLineStart = true;
  /** A line other than a comment came since the last blank line. */
  #isInEvent = false;
  #isSkipping = false;
  #skippedEvents = 0;

  constructor(onEvent: OnEvent, windowBytes: number = WINDOW_BYTES) {
    this.#onEvent = onEvent;
    this.#windowBytes = windowBytes;
  }

  get skippedEvents(): number {
    return this.#skippedEvents;
  }

  /** True when an event appended now would be parsed as an event of its own. */
  get atBoundary(): boolean {
    return this.#isAtLineStart && !this.#isInEvent && !this.#mark;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    let text = latin1(chunk);
    if (this.#mark !== undefined) text = this.#withoutMark(text);
    if (this.#isAfterCr || text.includes("\r")) text = this.#withLfOnly(text);
    if (text !== "") this.#split(text);
  }

  /** Hands over a last event that no blank line ended. */
  finish(): void {
    const rest = this.#takeWindow();
    if (rest !== "") this.#onEvent(rest, 0, rest.length);
  }

  #split(text: string): void {
    let from = 0;
    for (;;) {
      const end = eventEnd(text, from, this.#isAtLineStart);
      if (end < 0) break;
      this.#isAtLineStart = true;
      this.#isInEvent = false;
      this.#endEvent(text, from, end);
      from = end;
    }
    if (from < text.length) this.#keep(text, from);
  }

  #endEvent(text: string, from: number, end: number): void {
    if (this.#isSkipping) {
      this.#isSkipping = false;
    } else if (this.#windowUsed + end - from > this.#windowBytes) {
      this.#windowUsed = 0;
      this.#skippedEvents += 1;
    } else if (this.#windowUsed > 0) {
      this.#append(text.slice(from, end));
      const event = this.#takeWindow();
      this.#onEvent(event, 0, event.length);
    } else if (end - from > 1) {
      this.#onEvent(text, from, end);
    }
  }

  #keep(text: string, from: number): void {
    if (!this.#isInEvent) this.#isInEvent = hasField(text, from, this.#isAtLineStart);
    this.#isAtLineStart = text.charCodeAt(text.length - 1) === LF;
    if (this.#isSkipping) return;
    if (this.#windowUsed + text.length - from > this.#windowBytes) {
      this.#isSkipping = true;
      this.#skippedEvents += 1;
      this.#takeWindow();
      return;
    }
    this.#append(text.slice(from));
  }

  #append(text: string): void {
    const used = this.#windowUsed + text.length;
    if (used > this.#window.length) {
      const grown = Buffer.allocUnsafeSlow(
        Math.max(SMALLEST_WINDOW, 2 ** Math.ceil(Math.log2(used))),
      );
      this.#window.copy(grown, 0, 0, this.#windowUsed);
      this.#window = grown;
    }
    this.#window.write(text, this.#windowUsed, "latin1");
    this.#windowUsed = used;
  }

  #takeWindow(): string {
    const text = this.#window.toString("latin1", 0, this.#windowUsed);
    this.#windowUsed = 0;
    // A large event is rare; its room is given back rather than held for the rest of the stream.
    if (this.#window.length > 16 * SMALLEST_WINDOW) this.#window = Buffer.alloc(0);
    return text;
  }

  #withoutMark(text: string): string {
    const start = this.#mark + text;
    if (start.length < BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.startsWith(start)) {
      this.#mark = start;
      return "";
    }
    this.#mark = undefined;
    return start.startsWith(BYTE_ORDER_MARK) ? start.slice(BYTE_ORDER_MARK.length) : start;
  }

  #withLfOnly(text: string): string {
    if (text === "") return text;
    const rest = this.#isAfterCr && text.charCodeAt(0) === LF ? text.slice(1) : text;
    this.#isAfterCr = text.endsWith("\r");
    return rest.replace(/\r\n?/g, "\n");
  }
}

/** Past the blank line that ends the event at `from`; -1 when it is not in `text`. */
function eventEnd(text: string, from: number, isAtLineStart: boolean): number {
  if (isAtLineStart && text.charCodeAt(from) === LF) return from + 1;
  const blankLine = text.indexOf("\n\n", from);
  return blankLine < 0 ? -1 : blankLine + 2;
}

/** Whether a line that is no comment begins in `text` at or after `from`. */
function hasField(text: string, from: number, isAtLineStart: boolean): boolean {
  let line = isAtLineStart ? from : nextLine(text, from);
  while (line !== undefined && line < text.length) {
    if (text.charCodeAt(line) !== COLON) return true;
    line = nextLine(text, line);
  }
  return false;
}

/** The start of the line after the one at `from`; undefined when that line does not end. */
function nextLine(text: string, from: number): number | undefined {
  const end = text.indexOf("\n", from);
  return end < 0 ? undefined : end + 1;
}

function latin1(chunk: Uint8Array): string {
  const bytes = Buffer.isBuffer(chunk)
    ? chunk
    : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return bytes.toString("latin1");
}
