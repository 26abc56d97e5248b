import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Dispatcher } from "undici";
import type { ResponseHead, TransportFailure } from "./contract.ts";
import { ResponseAdapter } from "./response-adapter.ts";

type RawHeaders = NonNullable<Dispatcher.DispatchController["rawHeaders"]> | null;

class FakeController implements Dispatcher.DispatchController {
  readonly aborted = false;
  readonly paused = false;
  reason: Error | null = null;
  readonly rawHeaders: RawHeaders;

  constructor(rawHeaders: RawHeaders) {
    this.rawHeaders = rawHeaders;
  }

  abort(reason: Error): void {
    this.reason = reason;
  }
  pause(): void {}
  resume(): void {}
}

function hear(controller: FakeController) {
  const heads: ResponseHead[] = [];
  const failures: TransportFailure[] = [];
  const reusable: boolean[] = [];
  const adapter = new ResponseAdapter(
    {
      onHead: (head) => heads.push(head),
      onData: () => {},
      onEnd: () => {},
      onFailure: (failure) => failures.push(failure),
    },
    {
      onReusedConnection: false,
      isSilent: () => false,
      onDone: (may) => reusable.push(may),
    },
  );
  adapter.onRequestStart(controller);
  adapter.onResponseStart(controller, 200, {}, "OK");
  return { heads, failures, reusable };
}

describe("ResponseAdapter", () => {
  it("gives header fields as they came, byte for byte", () => {
    const { heads } = hear(
      new FakeController(["A", "\u00fc", "a", "2"].map((t) => Buffer.from(t))),
    );
    assert.deepEqual(heads[0]?.headers, ["A", "\u00c3\u00bc", "a", "2"]);
  });

  for (const [name, rawHeaders] of [
    ["missing", null],
    ["folded into an object", { a: ["1", "2"] }],
  ] satisfies [string, RawHeaders][]) {
    it(`fails a response whose header list is ${name}, rather than pass it on without one`, () => {
      const controller = new FakeController(rawHeaders);
      const { heads, failures, reusable } = hear(controller);
      assert.equal(heads.length, 0);
      assert.deepEqual(
        failures.map(({ error }) => error.code),
        ["upstream_malformed"],
      );
      assert.equal(failures[0]?.beforeResponse, false);
      assert.ok(controller.reason instanceof Error);
      assert.deepEqual(reusable, [false]);
    });
  }
});
