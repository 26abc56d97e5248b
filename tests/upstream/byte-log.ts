/** Bytes as they arrive on a connection, for waiting on a condition over all of them. */
export class ByteLog {
  readonly #chunks: Buffer[] = [];
  readonly #checks = new Set<() => void>();
  /** Settles when no more bytes will come. */
  readonly ended: Promise<void>;
  readonly #settle: () => void;
  #isEnded = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#settle = resolve;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    for (const check of this.#checks) check();
  }

  end(): void {
    this.#isEnded = true;
    this.#settle();
    for (const check of this.#checks) check();
  }

  bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks.splice(0, Infinity, Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  /** True as soon as the condition holds, false if the bytes end before. */
  async until(condition: (bytes: Buffer) => boolean): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const check = (): void => {
      if (condition(this.bytes())) resolve(true);
      else if (this.#isEnded) resolve(false);
    };
    this.#checks.add(check);
    check();
    return await promise.finally(() => this.#checks.delete(check));
  }
}

/** The offset after the blank line that ends a head, or -1. */
export function headEnd(bytes: Buffer, from: number): number {
  const at = bytes.indexOf("\r\n\r\n", from, "latin1");
  return at < 0 ? -1 : at + 4;
}

export function headerValue(head: string, name: string): string | undefined {
  const match = new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "im").exec(
    head.replaceAll("\r\n", "\n"),
  );
  return match?.[1];
}
