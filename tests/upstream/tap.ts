import { createHash } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";

/** The raw bytes of one connection, both ways. */
export interface TappedConnection {
  /** From the client to the server behind the tap. */
  up(): Buffer;
  down(): Buffer;
}

/** A message as it stood on the wire, cut out of a connection's bytes. */
export interface WireMessage {
  /** `POST /v1/messages HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  /** Names and values in turn, latin1, as sent. */
  readonly rawHeaders: readonly string[];
  /** The body without its transfer coding. */
  readonly body: Buffer;
  /** False when the connection ended inside this message. */
  readonly complete: boolean;
}

/** A request and its final response; none when the connection ended before it. */
export interface WireExchange {
  readonly request: WireMessage;
  readonly response: WireMessage | undefined;
}

/** A loopback forwarder that records every byte between a client and a server. */
export interface Tap extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly connections: readonly TappedConnection[];
  /** Every exchange, by connection; interim responses are left out. */
  exchanges(): WireExchange[];
  close(): Promise<void>;
}

export async function startTap(targetPort: number): Promise<Tap> {
  const connections: { readonly upChunks: Buffer[]; readonly downChunks: Buffer[] }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({
      port: targetPort,
      host: "127.0.0.1",
      noDelay: true,
      allowHalfOpen: true,
    });
    const record = { upChunks: new Array<Buffer>(), downChunks: new Array<Buffer>() };
    connections.push(record);
    forward(client, target, record.upChunks);
    forward(target, client, record.downChunks);
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    }
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { port } = address;
  const tapped = (): TappedConnection[] =>
    connections.map((record) => ({
      up: () => Buffer.concat(record.upChunks),
      down: () => Buffer.concat(record.downChunks),
    }));
  async function close(): Promise<void> {
    const closing = Promise.withResolvers<void>();
    server.close(() => closing.resolve());
    for (const socket of sockets) socket.destroy();
    await closing.promise;
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return tapped();
    },
    exchanges: () => tapped().flatMap(exchangesOf),
    close,
    [Symbol.asyncDispose]: close,
  };
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function forward(from: Socket, to: Socket, chunks: Buffer[]): void {
  from.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    if (!to.write(chunk)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
  });
  from.on("end", () => to.end());
  from.on("error", () => to.resetAndDestroy());
  from.on("close", () => to.destroySoon());
}

function exchangesOf(connection: TappedConnection): WireExchange[] {
  const requests = parseMessages(connection.up(), "request");
  const methods = requests.map((request) => request.startLine.split(" ", 1)[0] ?? "");
  const responses = parseMessages(connection.down(), "response", methods);
  return requests.map((request, index) => ({ request, response: responses[index] }));
}

function parseMessages(
  bytes: Buffer,
  kind: "request" | "response",
  methods: readonly string[] = [],
): WireMessage[] {
  const messages: WireMessage[] = [];
  let at = 0;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf("\r\n\r\n", at, "latin1");
    if (headEnd < 0) break;
    const [startLine = "", ...lines] = bytes.toString("latin1", at, headEnd).split("\r\n");
    const rawHeaders = lines.flatMap((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    at = headEnd + 4;
    if (kind === "response" && /^HTTP\/1\.1 1\d\d/.test(startLine)) continue;
    const bodiless =
      kind === "response" &&
      (methods[messages.length] === "HEAD" || /^HTTP\/1\.1 (?:204|304)/.test(startLine));
    const body = bodiless
      ? { body: Buffer.alloc(0), end: at, complete: true }
      : readBody(bytes, at, rawHeaders, kind);
    at = body.end;
    messages.push({ startLine, rawHeaders, body: body.body, complete: body.complete });
  }
  return messages;
}

interface ReadBody {
  readonly body: Buffer;
  readonly end: number;
  readonly complete: boolean;
}

function readBody(
  bytes: Buffer,
  at: number,
  rawHeaders: readonly string[],
  kind: "request" | "response",
): ReadBody {
  if (/chunked/i.test(find(rawHeaders, "transfer-encoding") ?? "")) return readChunks(bytes, at);
  const length = find(rawHeaders, "content-length");
  if (length === undefined) {
    // A response without a length lasts until the connection ends; a request has no body.
    const end = kind === "request" ? at : bytes.length;
    return { body: bytes.subarray(at, end), end, complete: true };
  }
  const end = Math.min(at + Number(length), bytes.length);
  return { body: bytes.subarray(at, end), end, complete: end === at + Number(length) };
}

function readChunks(bytes: Buffer, start: number): ReadBody {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at, "latin1");
    const size =
      lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (Number.isNaN(size) || lineEnd + 2 + size + 2 > bytes.length) {
      return { body: Buffer.concat(parts), end: bytes.length, complete: false };
    }
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
    if (size === 0) return { body: Buffer.concat(parts), end: at, complete: true };
  }
}

function find(rawHeaders: readonly string[], name: string): string | undefined {
  const index = rawHeaders.findIndex((value, at) => at % 2 === 0 && value.toLowerCase() === name);
  return index < 0 ? undefined : rawHeaders[index + 1];
}
