import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ByteLog, headEnd, headerValue } from "./byte-log.ts";

/** One thing that a scripted server does on a connection. */
export type Step =
  /** Waits for one request head (up to the blank line). */
  | { readonly do: "readHead" }
  /** Waits for the body that the last head announced (content-length or chunked). */
  | { readonly do: "readBody" }
  /** Waits until this many bytes have come on this connection since the last read. */
  | { readonly do: "readBytes"; readonly count: number }
  | { readonly do: "write"; readonly bytes: string | Buffer }
  /** Writes one byte at a time, with a pause between. */
  | { readonly do: "drip"; readonly bytes: string | Buffer; readonly pauseMs: number }
  | { readonly do: "wait"; readonly ms: number }
  /** Waits for a promise of the test. */
  | { readonly do: "await"; readonly promise: Promise<unknown> }
  /** Sends this many interim `103` responses. */
  | { readonly do: "interim"; readonly count: number }
  /** RST. */
  | { readonly do: "reset" }
  /** FIN in both directions, after what was written has been sent. */
  | { readonly do: "end" }
  /** Half close: FIN from our side, reading goes on. */
  | { readonly do: "halfClose" }
  /** Never does anything again; the connection stays open until the peer ends it. */
  | { readonly do: "hang" }
  /** Stops reading, so that the peer meets back-pressure. */
  | { readonly do: "stopReading" }
  /** Starts the script over for the next request on this connection. */
  | { readonly do: "repeat" };

/** The steps of a connection; may differ by its number (0 first). */
export type RawScript = readonly Step[] | ((connection: number) => readonly Step[]);

/** What one connection brought, and how it ended. */
export interface RawConnection {
  readonly number: number;
  /** Every byte received so far. */
  received(): Buffer;
  /** Epoch milliseconds; undefined while open. */
  readonly closedAt: number | undefined;
  /** How the peer ended its side: `fin`, `rst`, or undefined while it did not. */
  readonly peerEnded: "fin" | "rst" | undefined;
  /** Settles when the socket is closed. */
  readonly closed: Promise<void>;
}

/** A TCP server that does exactly what its script says, however wrong. */
export interface RawUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly connections: readonly RawConnection[];
  /** The connection of this number, once the peer has opened it. */
  connection(number: number, timeoutMs?: number): Promise<RawConnection>;
  close(): Promise<void>;
}

export async function startRawUpstream(script: RawScript): Promise<RawUpstream> {
  const connections: ScriptedConnection[] = [];
  const arrivals = new Set<() => void>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const number = connections.length;
    const steps = typeof script === "function" ? script(number) : script;
    const connection = new ScriptedConnection(number, socket);
    connections.push(connection);
    for (const arrived of arrivals) arrived();
    void connection.run(steps);
  });
  const port = await listening(server);
  async function close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    for (const connection of connections) connection.destroy();
    await promise;
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections,
    async connection(number, timeoutMs = 30_000) {
      const deadline = AbortSignal.timeout(timeoutMs);
      for (;;) {
        const found = connections[number];
        if (found !== undefined) return found;
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const expire = (): void => reject(new Error(`connection ${number} was not opened`));
        deadline.addEventListener("abort", expire, { once: true });
        arrivals.add(resolve);
        await promise.finally(() => arrivals.delete(resolve));
        deadline.removeEventListener("abort", expire);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Shorthand for scripts. */
export const step = {
  readHead: { do: "readHead" },
  readBody: { do: "readBody" },
  reset: { do: "reset" },
  end: { do: "end" },
  halfClose: { do: "halfClose" },
  hang: { do: "hang" },
  stopReading: { do: "stopReading" },
  repeat: { do: "repeat" },
  write: (bytes: string | Buffer): Step => ({ do: "write", bytes }),
  drip: (bytes: string | Buffer, pauseMs: number): Step => ({ do: "drip", bytes, pauseMs }),
  wait: (ms: number): Step => ({ do: "wait", ms }),
  until: (promise: Promise<unknown>): Step => ({ do: "await", promise }),
  readBytes: (count: number): Step => ({ do: "readBytes", count }),
  interim: (count: number): Step => ({ do: "interim", count }),
} as const;

async function listening(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

class ScriptedConnection implements RawConnection {
  readonly number: number;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #log = new ByteLog();
  /** Where the next read begins. */
  #position = 0;
  #lastHead = "";
  closedAt: number | undefined;
  peerEnded: "fin" | "rst" | undefined;

  constructor(number: number, socket: Socket) {
    this.number = number;
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    socket.on("data", (chunk: Buffer) => this.#log.push(chunk));
    socket.on("end", () => {
      this.peerEnded ??= "fin";
      this.#log.end();
    });
    socket.on("error", () => {
      this.peerEnded = "rst";
    });
    socket.on("close", () => {
      this.closedAt = Date.now();
      this.#log.end();
      resolve();
    });
  }

  received(): Buffer {
    return this.#log.bytes();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (let index = 0; index < steps.length; index += 1) {
      const current = steps[index];
      if (current === undefined || this.closedAt !== undefined) return;
      if (current.do === "repeat") index = -1;
      else if (!(await this.#perform(current))) break;
    }
    // Without an `end` of its own the script leaves the connection open until the peer leaves.
    await this.#log.ended;
    this.#socket.end();
  }

  /** False: the connection is over for this script. */
  async #perform(current: Step): Promise<boolean> {
    switch (current.do) {
      case "readHead":
        return await this.#readHead();
      case "readBody":
        return await this.#readBody();
      case "readBytes":
        this.#position += current.count;
        return await this.#log.until((bytes) => bytes.length >= this.#position);
      case "write":
        this.#socket.write(current.bytes);
        return true;
      case "drip":
        for (const byte of Buffer.from(current.bytes)) {
          if (this.closedAt !== undefined) return false;
          this.#socket.write(Buffer.of(byte));
          await sleep(current.pauseMs);
        }
        return true;
      case "wait":
        await sleep(current.ms);
        return true;
      case "await":
        await current.promise;
        return true;
      case "interim":
        for (let sent = 0; sent < current.count; sent += 1) {
          this.#socket.write("HTTP/1.1 103 Early Hints\r\nx-interim: yes\r\n\r\n");
        }
        return true;
      case "reset":
        this.#socket.resetAndDestroy();
        return false;
      case "end":
        this.#socket.end();
        this.#socket.destroySoon();
        return false;
      case "halfClose":
        this.#socket.end();
        return true;
      case "hang":
        await this.#log.ended;
        return false;
      case "stopReading":
        this.#socket.pause();
        return true;
      case "repeat":
        return true;
    }
  }

  async #readHead(): Promise<boolean> {
    const start = this.#position;
    const came = await this.#log.until((bytes) => headEnd(bytes, start) >= 0);
    if (!came) return false;
    const bytes = this.#log.bytes();
    this.#position = headEnd(bytes, start);
    this.#lastHead = bytes.toString("latin1", start, this.#position);
    return true;
  }

  async #readBody(): Promise<boolean> {
    const start = this.#position;
    if (/\btransfer-encoding:.*chunked/i.test(this.#lastHead)) {
      const end = (bytes: Buffer): number => bytes.indexOf("0\r\n\r\n", Math.max(start, 0));
      if (!(await this.#log.until((bytes) => end(bytes) >= 0))) return false;
      this.#position = end(this.#log.bytes()) + 5;
      return true;
    }
    const length = Number(headerValue(this.#lastHead, "content-length") ?? "0");
    this.#position = start + length;
    return await this.#log.until((bytes) => bytes.length >= start + length);
  }
}
