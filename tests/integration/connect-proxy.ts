import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Certificate } from "../clients/certificate.ts";

export interface ProxyOptions {
  /** Sent instead of a way to the origin. */
  readonly refusal?: string;
  /** The proxy itself is reached by TLS. */
  readonly certificate?: Certificate;
}

/** A proxy that knows only CONNECT, and keeps what it was asked and every byte that went through. */
export interface ConnectProxy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly asked: readonly { readonly target: string; readonly rawHeaders: readonly string[] }[];
  /** Requests for anything but a tunnel. */
  readonly others: readonly string[];
  /** The bytes of all tunnels, both ways. */
  passed(): Buffer;
  readonly openTunnels: number;
}

export async function startConnectProxy(options: ProxyOptions = {}): Promise<ConnectProxy> {
  const asked: { readonly target: string; readonly rawHeaders: readonly string[] }[] = [];
  const others: string[] = [];
  const passed: Buffer[] = [];
  const sockets = new Set<Duplex>();
  const onOther: RequestListener = (request, response) => {
    others.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  };
  const { certificate } = options;
  const server =
    certificate === undefined
      ? createServer(onOther)
      : createTlsServer({ cert: certificate.certificate, key: certificate.key }, onOther);
  server.on("connect", (request: IncomingMessage, client: Duplex) => {
    asked.push({ target: request.url ?? "", rawHeaders: request.rawHeaders });
    keep(sockets, client);
    if (options.refusal !== undefined) {
      client.end(options.refusal);
      return;
    }
    const origin = connectTo(request.url ?? "");
    keep(sockets, origin);
    origin.once("connect", () => {
      client.write("HTTP/1.1 200 Connection Established\r\nVia: 1.1 test\r\n\r\n");
      client.on("data", (bytes: Buffer) => passed.push(bytes));
      origin.on("data", (bytes: Buffer) => passed.push(bytes));
      client.pipe(origin).pipe(client);
      client.once("close", () => origin.destroy());
      // A reset stays one on the other side.
      origin.once("error", () => client.destroy());
    });
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `${certificate === undefined ? "http" : "https"}://127.0.0.1:${address.port}`,
    port: address.port,
    asked,
    others,
    passed: () => Buffer.concat(passed),
    get openTunnels() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

function connectTo(target: string): Socket {
  const { hostname, port } = new URL(`http://${target}`);
  return connect({ host: hostname, port: Number(port), noDelay: true });
}

function keep(sockets: Set<Duplex>, socket: Duplex): void {
  sockets.add(socket);
  socket.on("error", () => {});
  socket.once("close", () => sockets.delete(socket));
}
