import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * How an upstream is: well; nobody listens; full (529); takes requests and says nothing; resets every connection; breaks
 * off inside an answer that has begun.
 */
export type Mood = "well" | "refused" | "full" | "stalled" | "reset" | "broken";

/** An upstream in Anthropic's dialect whose mood can be changed at any moment, on one port. */
export interface MoodyUpstream extends AsyncDisposable {
  readonly url: string;
  /** Requests that were answered well. */
  readonly answered: number;
  /** Every request that came. */
  readonly asked: number;
  turn(mood: Mood): Promise<void>;
}

const PIECES = 12;

export async function startMoodyUpstream(says: string): Promise<MoodyUpstream> {
  const sockets = new Set<Socket>();
  let mood: Mood = "well";
  let answered = 0;
  let asked = 0;
  const server = createServer((incoming, outgoing) => {
    asked += 1;
    incoming.resume();
    incoming.once("end", () => {
      void answer(incoming, outgoing, mood, says).then((isWhole) => {
        if (isWhole) answered += 1;
      });
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    if (mood === "reset") socket.resetAndDestroy();
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    get answered() {
      return answered;
    },
    get asked() {
      return asked;
    },
    async turn(next) {
      const before = mood;
      mood = next;
      if (next === "refused") await close(server, sockets);
      else if (before === "refused") await listen(server, port);
      // What is kept alive would not notice.
      if (next === "reset") for (const socket of sockets) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await close(server, sockets);
    },
  };
}

async function answer(
  { socket }: IncomingMessage,
  outgoing: ServerResponse,
  mood: Mood,
  says: string,
): Promise<boolean> {
  if (mood === "stalled") return false;
  if (mood === "full") {
    outgoing.writeHead(529, { "content-type": "application/json" });
    outgoing.end(
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_full"}',
    );
    return false;
  }
  if (mood === "reset") {
    socket.resetAndDestroy();
    return false;
  }
  outgoing.writeHead(200, { "content-type": "text/event-stream", "request-id": "req_moody" });
  for (const [index, bytes] of eventsOf(says).entries()) {
    if (mood === "broken" && index > 4) {
      socket.resetAndDestroy();
      return false;
    }
    outgoing.write(bytes);
    await sleep(5);
  }
  outgoing.end();
  return true;
}

function eventsOf(says: string): readonly string[] {
  const message = {
    id: "msg_moody",
    type: "message",
    role: "assistant",
    model: "claude-opus-4-8",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 900, output_tokens: 1 },
  };
  const delta = { type: "text_delta", text: `${says} ` };
  return [
    event("message_start", { message }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    ...Array.from({ length: PIECES }, () => event("content_block_delta", { index: 0, delta })),
    event("content_block_stop", { index: 0 }),
    event("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: PIECES },
    }),
    event("message_stop", {}),
  ];
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", () => {
    server.off("error", reject);
    const address = server.address();
    resolve(isAddress(address) ? address.port : 0);
  });
  return await promise;
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  for (const socket of sockets) socket.resetAndDestroy();
  await promise;
}
