import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { UploadWatch } from "./upload-watch.ts";

/** A socket whose count of received bytes the test decides. */
class FakeSocket extends Socket {
  received = 0;

  constructor() {
    super();
    Object.defineProperty(this, "bytesRead", { get: () => this.received });
  }
}

function watchOne() {
  let nowMs = 0;
  let refusals = 0;
  const watch = new UploadWatch({ windowMs: 30_000, bytesPerSecond: 1_000 }, () => nowMs);
  const socket = new FakeSocket();
  const request = new IncomingMessage(socket);
  watch.watch(request, () => {
    refusals += 1;
  });
  return {
    watch,
    socket,
    request,
    refusals: () => refusals,
    after(ms: number, bytes: number) {
      nowMs += ms;
      socket.received += bytes;
      watch.sweep();
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

describe("UploadWatch", () => {
  it("H-07: refuses, once, an upload that is slower than the limit over a whole window", () => {
    using upload = watchOne();
    upload.after(29_999, 10);
    assert.equal(upload.refusals(), 0);
    upload.after(1, 10);
    assert.equal(upload.refusals(), 1);
    upload.after(60_000, 0);
    assert.equal(upload.refusals(), 1);
  });

  it("bears an upload at exactly the limit, window after window", () => {
    using upload = watchOne();
    for (let window = 0; window < 5; window += 1) upload.after(30_000, 30_000);
    assert.equal(upload.refusals(), 0);
  });

  it("does not count the speed of an earlier window", () => {
    using upload = watchOne();
    upload.after(30_000, 10_000_000);
    upload.after(30_000, 5);
    assert.equal(upload.refusals(), 1);
  });

  it("counts from the request on, not from the connection's first byte", () => {
    using upload = watchOne();
    upload.socket.received = 1_000_000;
    upload.watch.watch(upload.request, () => assert.fail("replaced entries are still heard"));
    let later = 0;
    upload.watch.watch(upload.request, () => {
      later += 1;
    });
    upload.after(30_000, 0);
    assert.equal(later, 1);
    assert.equal(upload.refusals(), 0);
  });

  it("blames nobody while bytes wait for a slow upstream", () => {
    using upload = watchOne();
    upload.request.push(Buffer.alloc(10));
    upload.after(30_000, 0);
    assert.equal(upload.refusals(), 0);
    upload.request.read();
    upload.after(30_000, 0);
    assert.equal(upload.refusals(), 1);
  });

  it("forgets requests that have arrived and sockets that are gone", () => {
    using whole = watchOne();
    whole.request.complete = true;
    whole.after(90_000, 0);
    assert.equal(whole.refusals(), 0);
    using gone = watchOne();
    gone.socket.destroy();
    gone.after(90_000, 0);
    assert.equal(gone.refusals(), 0);
  });
});
