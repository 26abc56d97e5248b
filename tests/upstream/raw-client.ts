import { connect, type Socket } from "node:net";
import { ByteLog } from "./byte-log.ts";

/** A TCP client that sends any bytes and keeps all that comes back; for framing and smuggling tests. */
export interface RawClient extends Disposable {
  send(bytes: string | Buffer): void;
  /** FIN from our side; reading goes on. */
  halfClose(): void;
  /** RST. */
  reset(): void;
  received(): Buffer;
  text(): string;
  /** Waits until the received bytes satisfy the condition; false if the connection ends or time is up before. */
  until(condition: (received: Buffer) => boolean, timeoutMs?: number): Promise<boolean>;
  /** Waits for the end of the connection; false if it is still open after the time. */
  closedWithin(timeoutMs: number): Promise<boolean>;
  /** How it ended: `fin`, `rst`, or undefined while open. */
  readonly ended: "fin" | "rst" | undefined;
  /** Stops reading, so that the peer meets back-pressure. */
  pause(): void;
  resume(): void;
  readonly localPort: number;
}

export async function openRawClient(port: number, host = "127.0.0.1"): Promise<RawClient> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
  socket.once("error", reject);
  socket.once("connect", resolve);
  await promise;
  socket.off("error", reject);
  return new TcpClient(socket);
}

/** Sends bytes on a connection of its own, half closes if asked, and returns all that came back. */
export async function exchangeRaw(
  port: number,
  bytes: string | Buffer,
  options: { readonly halfClose?: boolean; readonly timeoutMs?: number } = {},
): Promise<{ readonly received: string; readonly closed: boolean }> {
  using client = await openRawClient(port);
  client.send(bytes);
  if (options.halfClose === true) client.halfClose();
  const closed = await client.closedWithin(options.timeoutMs ?? 2000);
  return { received: client.text(), closed };
}

class TcpClient implements RawClient {
  readonly #socket: Socket;
  readonly #log = new ByteLog();
  ended: "fin" | "rst" | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#log.push(chunk));
    socket.on("end", () => {
      this.ended ??= "fin";
      this.#log.end();
    });
    socket.on("error", () => {
      this.ended = "rst";
    });
    socket.on("close", () => this.#log.end());
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(bytes, typeof bytes === "string" ? "latin1" : undefined);
  }

  halfClose(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  received(): Buffer {
    return this.#log.bytes();
  }

  text(): string {
    return this.received().toString("latin1");
  }

  async until(condition: (received: Buffer) => boolean, timeoutMs = 30_000): Promise<boolean> {
    return await withTimeout(this.#log.until(condition), timeoutMs);
  }

  async closedWithin(timeoutMs: number): Promise<boolean> {
    const ended = this.#log.ended.then(() => true);
    return await withTimeout(ended, timeoutMs);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

async function withTimeout(result: Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  return await Promise.race([result, promise]).finally(() => clearTimeout(timer));
}
