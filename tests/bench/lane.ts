import { connect, type Socket } from "node:net";
import { AnswerReader } from "./answer-reader.ts";
import type { Traffic } from "./traffic-shape.ts";

/** What a lane tells its owner. */
export interface LaneListener {
  /** The whole answer came and was right, byte for byte. */
  onAnswer(lane: Lane): void;
  /** Some bytes of the answer came. */
  onBytes?(lane: Lane): void;
  /** The answer was wrong or the connection is gone; the lane is of no more use. */
  onBroken(lane: Lane, reason: string): void;
}

/** What an answer is held against. */
export interface Expectation {
  readonly traffic: Traffic;
  /** False: byte for byte what the upstream sent. */
  readonly isTranslated: boolean;
}

/** One kept-alive connection that carries one exchange at a time and looks at every byte of every answer. */
export class Lane {
  readonly #socket: Socket;
  readonly #listener: LaneListener;
  readonly #request: Buffer;
  readonly #expected: Buffer;
  readonly #translated: Traffic["translated"];
  #received = 0;
  #tail = "";
  #broken = false;
  /** An answer that is not the upstream's, to be shown. */
  #refusal: string | undefined;
  /** Of the newest request; milliseconds of `performance.now()`. */
  sentAt = 0;

  constructor(
    port: number,
    request: Buffer,
    { traffic, isTranslated }: Expectation,
    listener: LaneListener,
  ) {
    this.#request = request;
    this.#expected = traffic.answerBody;
    this.#translated = isTranslated ? traffic.translated : undefined;
    this.#listener = listener;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const reader = new AnswerReader({
      onHead: (status, head) => {
        if (status !== 200) this.#refusal = `${head}\n\n`;
      },
      onBody: (slice) => {
        if (this.#refusal === undefined) this.#compare(slice);
        else this.#refusal += slice.toString("utf8");
      },
      onEnd: () => this.#ended(),
    });
    this.#socket.on("data", (chunk: Buffer) => {
      reader.push(chunk);
      if (!this.#broken) listener.onBytes?.(this);
    });
    this.#socket.on("error", (error) => this.#break(error.message));
    this.#socket.on("close", () => this.#break("closed"));
  }

  /** Body bytes of the current answer. */
  get received(): number {
    return this.#received;
  }

  send(): void {
    this.#received = 0;
    this.sentAt = performance.now();
    this.#socket.write(this.#request);
  }

  /** Leaves at once, without a word to the listener. */
  leave(): void {
    this.#broken = true;
    this.#socket.destroy();
  }

  #compare(slice: Buffer): void {
    const end = this.#received + slice.length;
    if (this.#translated !== undefined) {
      this.#tail = (this.#tail + slice.toString("latin1")).slice(-this.#translated.end.length);
    } else if (this.#expected.compare(slice, 0, slice.length, this.#received, end) !== 0) {
      this.#break(`the answer's bytes ${this.#received} to ${end} are not what the upstream sent`);
    }
    this.#received = end;
  }

  #ended(): void {
    if (this.#refusal !== undefined) this.#break(this.#refusal);
    else if (this.#isWhole()) this.#listener.onAnswer(this);
    else this.#break(`the answer ended after ${this.#received} bytes${this.#tail}`);
  }

  #isWhole(): boolean {
    if (this.#translated === undefined) return this.#received === this.#expected.length;
    const { end, leastBytes } = this.#translated;
    return this.#tail === end && this.#received >= leastBytes;
  }

  #break(reason: string): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#socket.destroy();
    this.#listener.onBroken(this, reason);
  }
}

/** The request as it stands on the wire. */
export function wireRequest(
  traffic: Traffic,
  port: number,
  own: readonly (readonly [string, string])[],
): Buffer {
  const lines = [
    `POST ${traffic.target} HTTP/1.1`,
    ...[...traffic.requestHeaders, ...own].map(([name, value]) => `${name}: ${value}`),
    "Connection: keep-alive",
    `Host: 127.0.0.1:${port}`,
    `Content-Length: ${traffic.requestBody.length}`,
  ];
  return Buffer.concat([
    Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"),
    traffic.requestBody,
  ]);
}
