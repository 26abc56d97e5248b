/** Where text finally goes; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
}

/** Lines are at most this late. */
const FLUSH_MS = 50;
const FLUSH_LENGTH = 64 * 1024;

/**
 * Collects lines and writes them together: writing to a pipe is a system call that the event loop waits for. Owned by
 * `serve.ts`, which flushes it at the end.
 */
export class LineSink implements Disposable {
  readonly #output: Output;
  #text = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= FLUSH_LENGTH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#output.write(text);
  }

  [Symbol.dispose](): void {
    this.flush();
  }
}
