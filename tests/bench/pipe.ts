import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";
import { serveCalls } from "./remote.ts";

/** The yardstick: what carrying the bytes costs with the same two libraries and no logic at all. */
export type PipeCalls = {
  readonly listen: (upstreamUrl: string) => Promise<number>;
};

/** What the pipe must leave out to be correct HTTP. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set(["connection", "host", "transfer-encoding"]);

serveCalls({
  listen: (upstreamUrl: string) => {
    const pool = new Pool(upstreamUrl, { headersTimeout: 600_000, bodyTimeout: 180_000 });
    const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 });
    server.on("request", (request, response) => {
      const { rawHeaders } = request;
      const headers: string[] = [];
      for (let at = 0; at < rawHeaders.length; at += 2) {
        const name = rawHeaders[at] ?? "";
        if (!CONNECTION_FIELDS.has(name.toLowerCase()))
          headers.push(name, rawHeaders[at + 1] ?? "");
      }
      pool
        .request({
          path: request.url ?? "/",
          method: request.method as "POST",
          headers,
          body: request,
        })
        .then(({ statusCode, headers: answerHeaders, body }) => {
          delete answerHeaders["connection"];
          delete answerHeaders["keep-alive"];
          delete answerHeaders["transfer-encoding"];
          response.writeHead(statusCode, answerHeaders);
          response.on("close", () => {
            if (!response.writableFinished) body.destroy();
          });
          body.on("error", () => response.destroy());
          body.pipe(response);
        })
        .catch(() => response.destroy());
    });
    const { promise, resolve } = Promise.withResolvers<number>();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () =>
      resolve((server.address() as AddressInfo).port),
    );
    return promise;
  },
} satisfies PipeCalls);
