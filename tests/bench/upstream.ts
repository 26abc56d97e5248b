import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serveCalls } from "./remote.ts";
import { makeTraffic, type Traffic, type TrafficName } from "./traffic.ts";

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

let traffic: Traffic = makeTraffic("small", 1);
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
    const expected = traffic.requestBody;
    let at = 0;
    let isRight = true;
    request.on("data", (chunk: Buffer) => {
      isRight &&= expected.compare(chunk, 0, chunk.length, at, at + chunk.length) === 0;
      at += chunk.length;
    });
    request.on("end", () => {
      if (isRight && at === expected.length) answer(response);
      else refuse(request, response, `${at} body bytes, ${expected.length} expected`);
    });
  },
);

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
    isOpenEnded = name === "open";
  },
  streams: () => ({ open: wheel.reduce((sum, { size }) => sum + size, 0), lastCloseAt }),
} satisfies UpstreamCalls);
