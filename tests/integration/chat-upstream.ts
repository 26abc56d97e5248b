import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseJson } from "../../src/base/json.ts";

/** What a scripted server was asked. */
export interface ChatRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  /** Undefined for a request without a body of JSON. */
  readonly body: unknown;
}

/** A server on loopback that speaks Chat Completions, takes one key, and remembers what it was asked. */
export interface ChatUpstream extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ChatRequest[];
}

/** Answers every completion with one text. */
export async function startChatUpstream(key: string, text: string): Promise<ChatUpstream> {
  const requests: ChatRequest[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url = "", headers } = request;
    const body = parseJson(Buffer.concat(await request.toArray()), { maxBytes: 2 ** 20 });
    requests.push({ method, target: url, headers, body: body.ok ? body.value : undefined });
    const isTaken = headers.authorization === `Bearer ${key}`;
    const refusal = { error: { message: "Invalid API key", code: "invalid_api_key" } };
    const said = url.endsWith("/models") ? { object: "list", data: [] } : completion(text);
    response.writeHead(isTaken ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(isTaken ? said : refusal));
  };
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

function completion(text: string) {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_764_000_000,
    model: "scripted",
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
  };
}
