import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setImmediate as immediate } from "node:timers/promises";
import { gatewayError } from "../../base/errors.ts";
import { NOTHING_OBSERVED, type Tap } from "../../upstream/dialects/anthropic/index.ts";
import type { Flow, ResponseHead, ResponseSink } from "../../upstream/transport/contract.ts";
import { ClientSide } from "./client-side.ts";
import { Relay } from "./relay.ts";
import type { RelayOptions, RelayResult } from "./relay-contract.ts";

const HEAD: ResponseHead = { status: 200, reason: "OK", headers: ["Content-Type", "text/x"] };
const RESET = gatewayError("upstream_reset", "lost");
const LOST = { error: RESET, beforeResponse: false, onReusedConnection: false };

/** Holds until "content" or "failure" has come. */
const HOLDING: Partial<RelayOptions> = {
  keeps: () => "until_content",
  patience: {
    holdMs: 20_000,
    slowStartMs: undefined,
    firstContent: () => {
      let seen = "";
      return {
        push(chunk) {
          seen += chunk.toString();
          if (seen.includes("failure")) return { kind: "overloaded" };
          return seen.includes("content") ? "content" : "nothing";
        },
        end: () => "content",
      };
    },
  },
};

/** Says where it stands, and remembers what it saw. */
class FakeTap implements Tap {
  readonly chunks: string[] = [];
  atBoundary: boolean;
  finished = 0;

  constructor(atBoundary: boolean) {
    this.atBoundary = atBoundary;
  }

  push(chunk: Uint8Array): void {
    this.chunks.push(Buffer.from(chunk).toString());
  }

  finish() {
    this.finished += 1;
    return { ...NOTHING_OBSERVED, messageId: "msg_1" };
  }
}

/** A relay between an upstream that the test plays and a client on a real connection. */
class Scene implements AsyncDisposable {
  readonly tap = new FakeTap(true);
  readonly flows: string[] = [];
  aborts = 0;
  heads = 0;
  commits = 0;
  readonly flow: Flow = {
    pause: () => this.flows.push("pause"),
    resume: () => this.flows.push("resume"),
  };
  readonly client: Socket;
  readonly side: ClientSide;
  readonly sink: ResponseSink;
  readonly relay: Relay;
  readonly result: Promise<RelayResult>;
  received = "";
  readonly #server: ReturnType<typeof createServer>;

  constructor(
    server: ReturnType<typeof createServer>,
    client: Socket,
    pair: readonly [IncomingMessage, ServerResponse],
    more: Partial<RelayOptions>,
  ) {
    this.#server = server;
    this.client = client;
    client.setEncoding("latin1").on("data", (text: string) => {
      this.received += text;
    });
    client.on("error", () => {});
    const [request, response] = pair;
    const dialect = {
      id: "test",
      renderError: () => ({ status: 502, headers: [], body: "refused" }),
      renderStreamError: () => "<error event>",
    };
    const call = {
      id: "spx_1",
      request,
      response,
      dialect,
      operation: "messages",
      target: "/",
      path: "/",
      asked: {},
      targetFor: () => "/",
      startedAt: 0,
      startedMs: 0,
    } as const;
    this.side = new ClientSide(call, () => 1);
    this.relay = new Relay({
      client: this.side,
      makeTap: () => this.tap,
      onHead: () => {
        this.heads += 1;
      },
      received: (head) => head,
      keeps: () => "no",
      onCommit: () => {
        this.commits += 1;
      },
      fields: (head) => [...head.headers, "x-spillway-provider", "test"],
      readOnAfterClientGoneMs: 0,
      monotonicMs: () => 7,
      ...more,
    });
    this.result = this.relay.run(() => ({
      abort: () => {
        this.aborts += 1;
      },
    }));
    this.sink = this.relay;
  }

  async ended(): Promise<string> {
    if (!this.client.readableEnded && !this.client.destroyed) await once(this.client, "close");
    return this.received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

async function stage(more: Partial<RelayOptions> = {}): Promise<Scene> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const arrival = Promise.withResolvers<readonly [IncomingMessage, ServerResponse]>();
  server.on("request", (request, response) => arrival.resolve([request, response]));
  const client = connect({ port: address.port, host: "127.0.0.1" });
  client.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  return new Scene(server, client, await arrival.promise, more);
}

describe("Relay", () => {
  it("carries head and body, and tells what it saw", async () => {
    await using scene = await stage();
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("one"));
    scene.sink.onData(Buffer.from("two"));
    scene.sink.onEnd();
    const result = await scene.result;
    assert.equal(result.committed, true);
    assert.equal(result.cut, false);
    assert.equal(result.failure, undefined);
    assert.equal(result.bytesReceived, 6);
    assert.equal(result.headAtMs, 7);
    assert.equal(result.observation?.messageId, "msg_1");
    assert.deepEqual(scene.tap.chunks, ["one", "two"]);
    assert.equal(scene.heads, 1);
    assert.match(
      await scene.ended(),
      /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/x\r\nx-spillway-provider: test\r\n[^]*3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/,
    );
  });

  it("holds the upstream back while the client does not read, and lets it go on", async () => {
    await using scene = await stage();
    scene.client.pause();
    scene.sink.onHead(HEAD, scene.flow);
    for (let sent = 0; !scene.flows.includes("pause"); sent += 1) {
      assert.ok(sent < 1_000, "never held back");
      scene.sink.onData(Buffer.alloc(64 * 1024));
    }
    assert.deepEqual(scene.flows, ["pause"]);
    scene.client.resume();
    while (!scene.flows.includes("resume")) await once(scene.client, "data");
    scene.sink.onEnd();
    assert.equal((await scene.result).failure, undefined);
  });

  it("leaves the client alone when the upstream fails before its head", async () => {
    await using scene = await stage();
    scene.sink.onFailure({ ...LOST, beforeResponse: true });
    const result = await scene.result;
    assert.equal(result.committed, false);
    assert.equal(result.failure?.error.code, "upstream_reset");
    assert.equal(scene.received, "");
    assert.equal(scene.side.gone, false);
  });

  it("R5: ends a broken stream with an error at a boundary, and never cleanly", async () => {
    await using scene = await stage();
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("one"));
    scene.sink.onFailure(LOST);
    assert.equal((await scene.result).failure?.error.code, "upstream_reset");
    assert.match(await scene.ended(), /one\r\nd\r\n<error event>\r\n$/);
  });

  it("R5: adds nothing inside an event", async () => {
    await using scene = await stage();
    scene.tap.atBoundary = false;
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("half"));
    scene.sink.onFailure(LOST);
    await scene.result;
    assert.match(await scene.ended(), /4\r\nhalf\r\n$/);
  });

  it("S0-13: keeps an answer back whole, and shows nothing of it", async () => {
    await using scene = await stage({
      keeps: ({ status }) => (status === 429 ? "if_small" : "no"),
    });
    scene.sink.onHead({ ...HEAD, status: 429 }, scene.flow);
    scene.sink.onData(Buffer.from("one"));
    scene.sink.onData(Buffer.from("two"));
    scene.sink.onEnd();
    const result = await scene.result;
    assert.equal(result.committed, false);
    assert.equal(result.kept?.body.toString(), "onetwo");
    assert.equal(result.kept?.head.status, 429);
    assert.equal(result.seen?.status, 429);
    assert.equal(scene.heads, 1);
    assert.equal(scene.commits, 0);
    assert.equal(scene.received, "");
    assert.deepEqual(scene.tap.chunks, []);
  });

  it("R5: holds the beginning until there is content, and then shows the same bytes", async () => {
    await using scene = await stage(HOLDING);
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("begin"));
    assert.deepEqual([scene.commits, scene.received, scene.tap.chunks], [0, "", ["begin"]]);
    scene.sink.onData(Buffer.from("content"));
    scene.sink.onData(Buffer.from("end"));
    scene.sink.onEnd();
    const result = await scene.result;
    assert.equal(result.committed, true);
    assert.equal(result.heldMs, 0);
    assert.deepEqual(scene.tap.chunks, ["begin", "content", "end"]);
    assert.match(
      await scene.ended(),
      /\r\n\r\n5\r\nbegin\r\n7\r\ncontent\r\n3\r\nend\r\n0\r\n\r\n$/,
    );
  });

  it("R5: keeps back what failed before it had content, and tells what the tap saw of it", async () => {
    await using scene = await stage(HOLDING);
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("begin"));
    scene.sink.onData(Buffer.from("failure"));
    scene.sink.onEnd();
    const result = await scene.result;
    assert.equal(result.committed, false);
    assert.deepEqual(result.failedWithin, { kind: "overloaded" });
    assert.equal(result.kept?.body.toString(), "beginfailure");
    assert.equal(result.observation?.messageId, "msg_1");
    assert.equal(scene.received, "");
  });

  it("closes the upstream when the client leaves while a beginning is held", async () => {
    await using scene = await stage(HOLDING);
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("begin"));
    scene.client.destroy();
    const result = await scene.result;
    assert.deepEqual([result.cut, result.committed, scene.aborts], [true, false, 1]);
  });

  it("cuts a beginning that is held when the process goes", async () => {
    await using scene = await stage(HOLDING);
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("begin"));
    scene.relay.cut(RESET);
    const result = await scene.result;
    assert.deepEqual([result.cut, result.committed, scene.received], [true, false, ""]);
  });

  it("shows a kept answer after all when it grows beyond what is kept", async () => {
    await using scene = await stage({ keeps: () => "if_small" });
    const part = Buffer.alloc(100_000, "a");
    scene.sink.onHead(HEAD, scene.flow);
    for (let i = 0; i < 3; i += 1) scene.sink.onData(part);
    scene.sink.onEnd();
    const result = await scene.result;
    assert.equal(result.committed, true);
    assert.equal(result.kept, undefined);
    assert.equal(scene.commits, 1);
    assert.equal((await scene.ended()).replaceAll(/[^a]/g, "").length > 299_000, true);
  });

  it("does not show an answer that is looked at first when it grows too large", async () => {
    await using scene = await stage({ keeps: () => "always" });
    scene.sink.onHead({ ...HEAD, status: 400 }, scene.flow);
    for (let i = 0; i < 3; i += 1) scene.sink.onData(Buffer.alloc(100_000, "a"));
    const result = await scene.result;
    assert.equal(result.committed, false);
    assert.equal(result.kept?.isComplete, false);
    assert.equal(scene.aborts, 1);
    assert.equal(scene.received, "");
  });

  it("says of an answer that broke off while it was kept that it is not whole", async () => {
    await using scene = await stage({ keeps: () => "if_small" });
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("half"));
    scene.sink.onFailure(LOST);
    const result = await scene.result;
    assert.equal(result.kept?.isComplete, false);
    assert.equal(result.committed, false);
    assert.equal(result.failure, undefined);
  });

  it("does not wait for the end of an answer that stands still while it is kept", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    await using scene = await stage({ keeps: () => "if_small" });
    scene.sink.onHead({ ...HEAD, status: 429 }, scene.flow);
    context.mock.timers.tick(2_000);
    const result = await scene.result;
    assert.equal(result.kept?.isComplete, false);
    assert.equal(scene.aborts, 1);
    context.mock.timers.reset();
  });

  it("U-09: shows nothing of a redirect", async () => {
    await using scene = await stage();
    scene.sink.onHead({ ...HEAD, status: 307 }, scene.flow);
    const result = await scene.result;
    assert.equal(result.failure?.error.code, "upstream_redirect");
    assert.equal(result.committed, false);
    assert.equal(scene.aborts, 1);
    assert.equal(scene.received, "");
  });

  it("U-11: shows nothing of a head that HTTP cannot say", async () => {
    await using scene = await stage();
    scene.sink.onHead({ ...HEAD, headers: ["bad name", "x"] }, scene.flow);
    // A translation has both at hand at once.
    scene.sink.onData(Buffer.from("rest"));
    scene.sink.onEnd();
    const result = await scene.result;
    assert.equal(result.failure?.error.code, "upstream_malformed");
    assert.equal(result.committed, false);
    assert.equal(scene.aborts, 1);
    assert.equal(scene.commits, 0, "the next candidate needs the request's body");
    assert.equal(result.bytesReceived, 0);
    await immediate();
    assert.equal(scene.received, "");
  });

  it("C-01: closes the upstream once when the client leaves", async () => {
    await using scene = await stage();
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("one"));
    scene.client.destroy();
    const result = await scene.result;
    assert.equal(result.cut, true);
    assert.equal(result.failure, undefined);
    assert.equal(scene.side.gone, true);
    assert.equal(scene.aborts, 1);
    assert.equal(scene.tap.finished, 1);
  });

  it("R15: reads on to the end where the answer is billed whole", async () => {
    await using scene = await stage({ readOnAfterClientGoneMs: 60_000 });
    scene.sink.onHead(HEAD, scene.flow);
    scene.client.destroy();
    while (!scene.side.gone) await immediate();
    assert.equal(scene.aborts, 0);
    scene.sink.onData(Buffer.from("late"));
    scene.sink.onEnd();
    const result = await scene.result;
    assert.equal(result.cut, false);
    assert.deepEqual(scene.tap.chunks, ["late"]);
  });

  it("R15: but not for longer than it may", async () => {
    await using scene = await stage({ readOnAfterClientGoneMs: 20 });
    scene.sink.onHead(HEAD, scene.flow);
    scene.client.destroy();
    assert.equal((await scene.result).cut, true);
    assert.equal(scene.aborts, 1);
  });

  it("F-04: a cut from outside ends the upstream, and the stream with its reason", async () => {
    await using scene = await stage();
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onData(Buffer.from("one"));
    scene.relay.cut(gatewayError("draining", ""));
    scene.relay.cut(gatewayError("draining", ""));
    const result = await scene.result;
    assert.equal(result.cut, true);
    assert.equal(result.failure?.error.code, "draining");
    assert.equal(scene.aborts, 1);
    assert.match(await scene.ended(), /<error event>\r\n$/);
  });

  it("F-04: a cut after the end changes nothing", async () => {
    await using scene = await stage();
    scene.sink.onHead(HEAD, scene.flow);
    scene.sink.onEnd();
    scene.relay.cut(gatewayError("draining", ""));
    assert.equal((await scene.result).failure, undefined);
    assert.match(await scene.ended(), /0\r\n\r\n$/);
  });
});
