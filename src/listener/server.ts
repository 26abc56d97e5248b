import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { gatewayError } from "../base/errors.ts";
import { type GuardPolicy, guard } from "./guard.ts";
import { UploadWatch } from "./upload-watch.ts";

/** Time-outs and limits of one listening socket. */
export interface ListenerOptions {
  readonly requestHeadersMs: number;
  readonly clientKeepAliveMs: number;
  readonly uploadWindowMs: number;
  readonly uploadBytesPerSecond: number;
  readonly maxConnections: number;
  readonly monotonicMs: () => number;
  /** The current generation's policy. */
  readonly policy: () => GuardPolicy;
  readonly handler: RequestHandler;
}

/** Answers requests, and says what is wrong with those that do not get that far. */
export interface RequestHandler {
  handle(request: IncomingMessage, response: ServerResponse): void;
  refuse(
    request: IncomingMessage,
    response: ServerResponse,
    error: ReturnType<typeof gatewayError>,
  ): void;
}

const MAX_HEADER_BYTES = 16 * 1024;
const TIMEOUT_SWEEP_MS = 1_000;

/** An HTTP/1.1 server with hard limits. It does not listen yet. */
export function makeServer(options: ListenerOptions): { server: Server; uploads: UploadWatch } {
  const { handler } = options;
  const uploads = new UploadWatch(
    { windowMs: options.uploadWindowMs, bytesPerSecond: options.uploadBytesPerSecond },
    options.monotonicMs,
  );
  // The newest answer on each connection.
  const answers = new WeakMap<Socket, ServerResponse>();
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: options.requestHeadersMs,
      // Uploads may take long; the upload watch ends those that crawl.
      requestTimeout: 0,
      keepAliveTimeout: options.clientKeepAliveMs,
      connectionsCheckingInterval: TIMEOUT_SWEEP_MS,
      noDelay: true,
    },
    (request, response) => {
      answers.set(request.socket, response);
      const error = guard(request, options.policy());
      if (error !== undefined) {
        handler.refuse(request, response, error);
        return;
      }
      if (!request.complete) uploads.watch(request, () => refuseUpload(handler, request, response));
      handler.handle(request, response);
    },
  );
  // Fields past a count would be dropped silently; the guard refuses too many of them instead.
  server.maxHeadersCount = 0;
  server.maxConnections = options.maxConnections;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answers.get(socket);
    const isAnswering = answer?.headersSent === true && !answer.writableFinished;
    // A refusal in the middle of an answer would be read as part of it.
    if (isAnswering) socket.destroySoon();
    else refuseUnparsed(error, socket);
  });
  return { server, uploads };
}

function refuseUpload(
  handler: RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  handler.refuse(
    request,
    response,
    gatewayError("upload_too_slow", "The request body arrived too slowly"),
  );
  request.socket.destroySoon();
}

/** What the HTTP parser rejected has no request to answer; the bytes are not echoed. */
function refuseUnparsed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === "HPE_HEADER_OVERFLOW"
      ? "431 Request Header Fields Too Large"
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? "408 Request Timeout"
        : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
