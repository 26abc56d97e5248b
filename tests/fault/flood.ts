import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** An upstream whose answers are written by hand, as fast as they are read. */
export interface Flood extends AsyncDisposable {
  readonly url: string;
  /** Answers that were broken off by the peer. */
  readonly abandoned: number;
  openConnections(): Promise<number>;
}

export type Flooder = (response: ServerResponse, request: IncomingMessage) => Promise<void>;

export async function startFlood(flooder: Flooder): Promise<Flood> {
  let abandoned = 0;
  const server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) abandoned += 1;
    });
    response.on("error", () => {});
    request.on("error", () => {});
    flooder(response, request).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    get abandoned() {
      return abandoned;
    },
    async openConnections() {
      const { promise, resolve } = Promise.withResolvers<number>();
      server.getConnections((_error, count) => resolve(count));
      return await promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Writes with back-pressure; false once the peer has left. */
export async function pour(response: ServerResponse, bytes: Buffer | string): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(bytes)) return true;
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve);
  response.once("close", resolve);
  await promise;
  response.off("drain", resolve);
  response.off("close", resolve);
  return !response.destroyed;
}

/** Reads a request's body to its end. */
export async function drainBody(request: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) bytes += chunk.length;
  return bytes;
}
