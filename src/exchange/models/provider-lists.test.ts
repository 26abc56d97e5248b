import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../../base/secret.ts";
import type { Deployment } from "../../routing/deployment.ts";
import type { ResponseSink, Transport } from "../../upstream/transport/contract.ts";
import { ProviderLists } from "./provider-lists.ts";

const FLOW = { pause() {}, resume() {} };

/** A provider whose answers the test gives by hand, one after the other. */
class ByHand implements Transport {
  readonly asked: ResponseSink[] = [];
  aborted = 0;

  send(_request: unknown, sink: ResponseSink) {
    this.asked.push(sink);
    return {
      abort: () => {
        this.aborted += 1;
      },
    };
  }

  answer(status: number, ...ids: readonly string[]): void {
    const sink = this.asked.at(-1) ?? assert.fail("nothing was asked");
    sink.onHead({ status, reason: "", headers: [] }, FLOW);
    sink.onData(Buffer.from(JSON.stringify({ data: ids.map((id) => ({ id })) })));
    sink.onEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function open(options: { readonly waitMs?: number; readonly fetchMs?: number } = {}) {
  let nowMs = 0;
  const transport = new ByHand();
  const deployment: Deployment = {
    provider: "groq",
    kind: "groq",
    origin: "http://127.0.0.1",
    pathPrefix: "",
    transport,
    dialectFor: () => assert.fail(),
    authorize: (key) => ["authorization", key.reveal()],
    fields: [],
  };
  const lists = new ProviderLists({
    monotonicMs: () => nowMs,
    waitMs: 10_000,
    freshMs: 1_000,
    retryMs: 100,
    ...options,
  });
  const source = { deployment, target: "/models", key: new Secret("a-long-secret-key") };
  return {
    transport,
    lists,
    source,
    read: async (organisation = "local") => {
      const [list] = await lists.read(organisation, [source]);
      return list?.map(({ id }) => id);
    },
    later: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe("ProviderLists", () => {
  it("asks once for many who wait, and not again while the answer is fresh", async () => {
    const { transport, read, later } = open();
    const waiting = [read(), read(), read()];
    transport.answer(200, "a");
    assert.deepEqual(await Promise.all(waiting), [["a"], ["a"], ["a"]]);
    later(999);
    assert.deepEqual(await read(), ["a"]);
    assert.equal(transport.asked.length, 1);
    later(1);
    const renewed = read();
    transport.answer(200, "b");
    assert.deepEqual(await renewed, ["b"]);
  });

  it("keeps every organisation's lists to itself", async () => {
    const { transport, read } = open();
    const ours = read("ours");
    transport.answer(200, "a");
    const theirs = read("theirs");
    transport.answer(200, "b");
    assert.deepEqual([await ours, await theirs], [["a"], ["b"]]);
    assert.deepEqual(await read("ours"), ["a"]);
  });

  it("S1-059 goes on with the last list while the provider fails, and leaves it alone for a while", async () => {
    const { transport, read, later } = open();
    const first = read();
    transport.answer(200, "a");
    await first;
    later(1_000);
    const second = read();
    transport.answer(503);
    assert.deepEqual(await second, ["a"]);
    later(99);
    assert.deepEqual(await read(), ["a"]);
    assert.equal(transport.asked.length, 2);
    later(1);
    const third = read();
    transport.answer(200, "b");
    assert.deepEqual(await third, ["b"]);
  });

  it("S1-059 waits no longer than it is told to; what comes later is for the next", async () => {
    const { transport, read } = open({ waitMs: 5 });
    assert.equal(await read(), undefined);
    transport.answer(200, "a");
    assert.deepEqual(await read(), ["a"]);
    assert.equal(transport.asked.length, 1);
  });

  it("gives one up that does not answer at all", async () => {
    const { transport, read } = open({ fetchMs: 5 });
    assert.equal(await read(), undefined);
    assert.equal(transport.aborted, 1);
  });

  it("has no model whose name tells the key", async () => {
    const { transport, read } = open();
    const list = read();
    transport.answer(200, "a", "a-long-secret-key");
    assert.deepEqual(await list, ["a"]);
  });
});
