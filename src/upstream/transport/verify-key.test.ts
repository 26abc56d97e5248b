import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { describe, it } from "node:test";
import { gatewayError } from "../../base/errors.ts";
import type { ResponseSink, Transport, UpstreamRequest } from "./contract.ts";
import { DirectTransport } from "./direct.ts";
import { verifyKey } from "./verify-key.ts";

const KEY = "sk-ant-api03-canary";
const CHECK = { target: "/prefix/v1/models?limit=1", fields: ["x-api-key", KEY] };
const WAITS = {
  connectTimeoutMs: 30_000,
  headersTimeoutMs: 30_000,
  idleTimeoutMs: 30_000,
  keepAliveMs: 1_000,
};

async function openProvider(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const transport = new DirectTransport(`http://127.0.0.1:${address.port}`, WAITS);
  return {
    transport,
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Leaves the answer to the test. */
class ByHand implements Transport {
  request: UpstreamRequest | undefined;
  sink: ResponseSink | undefined;
  aborted = 0;

  send(request: UpstreamRequest, sink: ResponseSink) {
    this.request = request;
    this.sink = sink;
    return {
      abort: () => {
        this.aborted += 1;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const FLOW = { pause() {}, resume() {} };

function head(status: number) {
  return { status, reason: "", headers: [] };
}

describe("verifyKey", () => {
  it("asks for one model with the key, and with nothing else that could cost or pay", async () => {
    const seen: unknown[] = [];
    await using provider = await openProvider((request, response) => {
      const { host: _, connection: __, ...fields } = request.headers;
      seen.push(request.method, request.url, fields);
      response.end("{}");
    });
    const verdict = await verifyKey(provider.transport, CHECK);
    assert.deepEqual(verdict, { verified: true, status: 200 });
    assert.deepEqual(seen, [
      "GET",
      "/prefix/v1/models?limit=1",
      {
        accept: "application/json",
        "user-agent": "spillway",
        "x-api-key": "sk-ant-api03-canary",
      },
    ]);
  });

  it("tells yes, no, and neither", async () => {
    let status = 0;
    await using provider = await openProvider((_request, response) => {
      response.writeHead(status).end('{"error":"sk-ant-api03-canary is bad"}');
    });
    for (const [code, verified] of [
      [200, true],
      [401, false],
      [403, false],
      [404, null],
      [429, null],
      [500, null],
      [529, null],
    ] as const) {
      status = code;
      const verdict = await verifyKey(provider.transport, CHECK);
      assert.deepEqual(verdict, { verified, status });
    }
  });

  it("asks a question where no list tells, and reads the answer as the provider means it", async () => {
    const seen: unknown[] = [];
    await using provider = await openProvider((request, response) => {
      seen.push(request.method, request.url, request.headers["x-api-key"]);
      request.on("data", (chunk: Buffer) => seen.push(chunk.toString()));
      request.on("end", () => response.writeHead(400).end("no such model"));
    });
    const question = {
      body: "{}",
      readVerdict: (status: number, body: string) => status === 400 && body === "no such model",
    };
    const verdict = await verifyKey(provider.transport, { ...CHECK, question });
    assert.deepEqual(verdict, { verified: true, status: 400 });
    assert.deepEqual(seen, ["POST", "/prefix/v1/models?limit=1", KEY, "{}"]);
  });

  it("N-01: does not follow a redirect", async () => {
    const paths: unknown[] = [];
    await using provider = await openProvider((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    const verdict = await verifyKey(provider.transport, CHECK);
    assert.deepEqual(verdict, { verified: null, status: 307 });
    assert.deepEqual(paths, ["/prefix/v1/models?limit=1"]);
  });

  it("says null where nobody answers", async () => {
    await using provider = await openProvider((request) => request.socket.destroy());
    assert.deepEqual(await verifyKey(provider.transport, CHECK), { verified: null });
  });

  it("reads no more than it must of an answer without end", async () => {
    const transport = new ByHand();
    const verdict = verifyKey(transport, CHECK);
    transport.sink?.onHead(head(200), FLOW);
    for (let i = 0; i < 4; i += 1) transport.sink?.onData(Buffer.alloc(16 * 1024));
    assert.equal(transport.aborted, 0);
    transport.sink?.onData(Buffer.alloc(1));
    assert.equal(transport.aborted, 1);
    assert.deepEqual(await verdict, { verified: true, status: 200 });
  });

  it("gives up after ten seconds, with or without a head", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    for (const [begin, expected] of [
      [() => {}, { verified: null }],
      [
        (sink: ResponseSink | undefined) => sink?.onHead(head(401), FLOW),
        { verified: false, status: 401 },
      ],
    ] as const) {
      const transport = new ByHand();
      const verdict = verifyKey(transport, CHECK);
      begin(transport.sink);
      context.mock.timers.tick(9_999);
      assert.equal(transport.aborted, 0);
      context.mock.timers.tick(1);
      assert.equal(transport.aborted, 1);
      assert.deepEqual(await verdict, expected);
    }
  });

  it("keeps a head's verdict when the rest is lost", async () => {
    const transport = new ByHand();
    const verdict = verifyKey(transport, CHECK);
    transport.sink?.onHead(head(200), FLOW);
    transport.sink?.onFailure({
      error: gatewayError("upstream_reset", "gone"),
      beforeResponse: false,
      onReusedConnection: false,
    });
    assert.deepEqual(await verdict, { verified: true, status: 200 });
  });
});
