import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serveCalls } from "./remote.ts";
import { makeTraffic, type TrafficName } from "./traffic.ts";
import type { Traffic } from "./traffic-shape.ts";

/** The scripted upstream: checks every request body and answers with prebuilt bytes. */
export type UpstreamCalls = {
  readonly listen: () => Promise<number>;
  readonly use: (traffic: { readonly name: TrafficName; readonly burst: number }) => void;
  readonly streams: () => StreamFigures;
};

export interface StreamFigures {
  readonly open: number;
  /** Epoch milliseconds at which the newest close was seen. */
  readonly lastCloseAt: number;
}

const TICKS_A_SECOND = 50;
const MOST_TRANSLATIONS = 4;

let traffic: Traffic = makeTraffic("small", 1);
/** What carriers made of the client's body so far. */
let translations: Buffer[] = [];
let isOpenEnded = false;
let lastCloseAt = 0;

interface OpenStream {
  readonly response: ServerResponse;
  next: number;
}

/** Open streams by the tick of the second at which they get their event. */
const wheel = Array.from({ length: TICKS_A_SECOND }, () => new Set<OpenStream>());

const server = createServer(
  { keepAliveTimeout: 60_000, requestTimeout: 0 },
  (request, response) => {
    // The check of a key that is stored.
    if (request.method === "GET") {
      response.end("{}");
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const problem = problemWith(chunks);
      if (problem === undefined) answer(response);
      else refuse(request, response, problem);
    });
  },
);

/** Undefined: the body is the client's own, or what this carrier made of it before. */
function problemWith(chunks: readonly Buffer[]): string | undefined {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if ([traffic.requestBody, ...translations].some((body) => isBody(chunks, length, body))) return;
  const expected = traffic.requestBody.length;
  // Each carrier says it in its own way, and always in the same one; nobody leaves out the half of it.
  const isNew = traffic.translated !== undefined && translations.length < MOST_TRANSLATIONS;
  if (!isNew || length < expected / 2) return `${length} body bytes, ${expected} expected`;
  translations.push(Buffer.concat(chunks));
  return undefined;
}

function isBody(chunks: readonly Buffer[], length: number, body: Buffer): boolean {
  let at = 0;
  return (
    length === body.length &&
    chunks.every((chunk) => {
      const from = at;
      at += chunk.length;
      return body.compare(chunk, 0, chunk.length, from, at) === 0;
    })
  );
}

function answer(response: ServerResponse): void {
  response.writeHead(200, [...traffic.answerHeaders]);
  if (isOpenEnded) return holdOpen(response);
  const { answerPieces } = traffic;
  if (answerPieces.length === 1) {
    response.end(answerPieces[0]);
    return;
  }
  let next = 0;
  const write = (): void => {
    response.write(answerPieces[next]);
    next += 1;
    if (next < answerPieces.length) setImmediate(write);
    else response.end();
  };
  write();
}

function holdOpen(response: ServerResponse): void {
  const slot = wheel[Math.floor(Math.random() * TICKS_A_SECOND)];
  const stream: OpenStream = { response, next: 1 };
  slot?.add(stream);
  response.write(traffic.answerPieces[0]);
  response.on("close", () => {
    slot?.delete(stream);
    lastCloseAt = Date.now();
  });
}

function refuse(request: IncomingMessage, response: ServerResponse, reason: string): void {
  process.stderr.write(`upstream: ${request.method} ${request.url}: ${reason}\n`);
  response.writeHead(400, ["Content-Type", "text/plain"]);
  response.end(reason);
}

let tick = 0;
setInterval(() => {
  tick = (tick + 1) % TICKS_A_SECOND;
  for (const stream of wheel[tick] ?? []) {
    stream.response.write(traffic.answerPieces[stream.next]);
    stream.next += 1;
  }
}, 1_000 / TICKS_A_SECOND).unref();

serveCalls({
  listen: () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () =>
      resolve((server.address() as AddressInfo).port),
    );
    return promise;
  },
  use: ({ name, burst }: { readonly name: TrafficName; readonly burst: number }) => {
    traffic = makeTraffic(name, burst);
    translations = [];
    isOpenEnded = name === "open";
  },
  streams: () => ({ open: wheel.reduce((sum, { size }) => sum + size, 0), lastCloseAt }),
} satisfies UpstreamCalls);
