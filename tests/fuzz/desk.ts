import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";

const HEAD_BYTES = 8;

/** Where a process leaves what it is about to run, for whoever finds it dead. */
export class Desk implements Disposable {
  readonly #file: number;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #runs = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  lay(input: Buffer): void {
    this.#runs += 1;
    this.#head.writeUInt32LE(this.#runs, 0);
    this.#head.writeUInt32LE(input.length, 4);
    writeSync(this.#file, Buffer.concat([this.#head, input]), 0, null, 0);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** What lies there: which run it is, by its number, and its input. */
export function readDesk(path: string): { readonly run: number; readonly input: Buffer } {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  if (bytes.length < HEAD_BYTES) return { run: 0, input: Buffer.alloc(0) };
  const input = bytes.subarray(HEAD_BYTES, HEAD_BYTES + bytes.readUInt32LE(4));
  return { run: bytes.readUInt32LE(0), input };
}
