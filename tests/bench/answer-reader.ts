/** What one HTTP/1.1 answer on a connection says, as it arrives. */
export interface AnswerListener {
  onHead(status: number, head: string): void;
  /** A slice of the body, without its transfer coding. */
  onBody(slice: Buffer): void;
  onEnd(): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LINE_END = Buffer.from("\r\n");
const NOTHING = Buffer.alloc(0);

type State = "head" | "length" | "chunk-size" | "chunk" | "chunk-end" | "trailer";

/** Cuts the answers out of a kept-alive connection's bytes; the little that load generation and replay need of HTTP. */
export class AnswerReader {
  readonly #listener: AnswerListener;
  #state: State = "head";
  /** An incomplete head or line. */
  #pending: Buffer = NOTHING;
  /** Body bytes still to come, of the body or of the chunk. */
  #left = 0;
  /** The next answer has no body whatever its head says. */
  bodiless = false;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = NOTHING;
    while (bytes.length > 0) {
      const rest = this.#step(bytes);
      if (rest === undefined) {
        this.#pending = bytes;
        return;
      }
      bytes = rest;
    }
  }

  /** What is left of the bytes; undefined when more are needed. */
  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#state) {
      case "head":
        return this.#head(bytes);
      case "length":
      case "chunk":
        return this.#body(bytes);
      default:
        return this.#line(bytes);
    }
  }

  #head(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const head = bytes.toString("latin1", 0, end);
    const rest = bytes.subarray(end + HEAD_END.length);
    const status = Number(head.slice(9, 12));
    if (status < 200) return rest;
    this.#listener.onHead(status, head);
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    this.#left = length === undefined ? 0 : Number(length);
    if (this.bodiless || status === 204 || status === 304) this.#end();
    else if (/^transfer-encoding: *chunked/im.test(head)) this.#state = "chunk-size";
    else if (this.#left > 0) this.#state = "length";
    else this.#end();
    return rest;
  }

  #body(bytes: Buffer): Buffer {
    const slice = bytes.subarray(0, this.#left);
    this.#left -= slice.length;
    this.#listener.onBody(slice);
    if (this.#left === 0) {
      if (this.#state === "length") this.#end();
      else this.#state = "chunk-end";
    }
    return bytes.subarray(slice.length);
  }

  #line(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf(LINE_END);
    if (end < 0) return undefined;
    if (this.#state === "chunk-size") {
      this.#left = Number.parseInt(bytes.toString("latin1", 0, end), 16);
      this.#state = this.#left === 0 ? "trailer" : "chunk";
    } else if (this.#state === "chunk-end") {
      this.#state = "chunk-size";
    } else if (end === 0) {
      this.#end();
    }
    return bytes.subarray(end + LINE_END.length);
  }

  #end(): void {
    this.#state = "head";
    this.#left = 0;
    this.#listener.onEnd();
  }
}
