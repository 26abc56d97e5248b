import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a scripted upstream was asked, its body as it came. */
export interface ScriptedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A JSON answer, or a stream of events as text, and how long it takes. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Instead of JSON. */
  readonly text?: string;
  readonly sse?: string;
  readonly afterMs?: number;
}

/** A server on loopback that answers by a script, and remembers what it was asked. */
export interface ScriptedUpstream extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
}

export async function startScriptedUpstream(
  script: (request: ScriptedRequest) => ScriptedAnswer,
): Promise<ScriptedUpstream> {
  const requests: ScriptedRequest[] = [];
  const say = (response: ServerResponse, answer: ScriptedAnswer): void => {
    const { status = 200, headers, json, sse, text = sse ?? JSON.stringify(json) } = answer;
    const type = sse === undefined ? "application/json" : "text/event-stream";
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(text);
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void request.toArray().then((chunks) => {
      const { method = "", url = "", headers } = request;
      const asked = { method, target: url, headers, body: Buffer.concat(chunks) };
      requests.push(asked);
      const answer = script(asked);
      if (answer.afterMs === undefined) say(response, answer);
      else setTimeout(() => say(response, answer), answer.afterMs).unref();
    });
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
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
