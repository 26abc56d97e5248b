import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { gatewayError } from "../../base/errors.ts";
import { fail, ok } from "../../base/result.ts";
import type { CloudShape, WholeRequest } from "../cloud.ts";
import type {
  ResponseHead,
  ResponseSink,
  Transport,
  TransportFailure,
  UpstreamRequest,
} from "./contract.ts";
import { sendToCloud } from "./send-to-cloud.ts";

const UNUSED = { pathPrefix: "", shape: undefined, sign: undefined };
const REQUEST: UpstreamRequest = {
  method: "POST",
  target: "/base/v1/messages",
  headers: ["content-type", "application/json", "Content-Length", "9"],
  body: Buffer.from('{"a": 1 }'),
};

/** A transport that remembers what it was given. */
class Wire {
  readonly sent: { readonly request: UpstreamRequest; readonly fresh: boolean }[] = [];
  readonly sinks: ResponseSink[] = [];
  aborted = 0;
  readonly transport: Transport = {
    send: (request, sink, { fresh = false } = {}) => {
      this.sent.push({ request, fresh });
      this.sinks.push(sink);
      return {
        abort: () => {
          this.aborted += 1;
        },
      };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

class Failures implements ResponseSink {
  readonly failures: TransportFailure[] = [];
  onHead = () => assert.fail();
  onData = () => assert.fail();
  onEnd = () => assert.fail();
  onFailure(failure: TransportFailure): void {
    this.failures.push(failure);
  }
}

const NO_FLOW = { pause: () => {}, resume: () => {} };

/** The statuses that it is told. */
class Heads implements ResponseSink {
  readonly statuses: number[] = [];
  onHead({ status }: ResponseHead): void {
    this.statuses.push(status);
  }
  onData = () => {};
  onEnd = () => {};
  onFailure = () => assert.fail();
}

const SHAPE: CloudShape = {
  toCloud: (request) => ok({ ...request, target: `/shaped${request.target}` }),
};

describe("sendToCloud", () => {
  it("shapes behind the prefix, then signs exactly what is sent", async () => {
    const wire = new Wire();
    const signed: WholeRequest[] = [];
    const send = sendToCloud({
      transport: wire.transport,
      pathPrefix: "/base",
      shape: SHAPE,
      sign: async (request) => {
        signed.push(request);
        return ok({ fields: ["authorization", "signature"] });
      },
    });
    send(REQUEST, new Failures(), true);
    await turn();
    assert.deepEqual(wire.sent, [
      {
        request: {
          method: "POST",
          target: "/base/shaped/v1/messages",
          headers: ["content-type", "application/json", "authorization", "signature"],
          body: Buffer.from('{"a": 1 }'),
        },
        fresh: true,
      },
    ]);
    assert.equal(signed[0]?.target, "/base/shaped/v1/messages");
    assert.deepEqual(signed[0]?.headers, ["content-type", "application/json"]);
  });

  it("gathers a body that comes in parts", async () => {
    const wire = new Wire();
    const body = (async function* () {
      yield Buffer.from('{"a":');
      yield Buffer.from(" 1 }");
    })();
    sendToCloud({ ...UNUSED, transport: wire.transport })({ ...REQUEST, body }, new Failures());
    await turn();
    assert.deepEqual(wire.sent[0]?.request.body, Buffer.from('{"a": 1 }'));
  });

  it("sends nothing where there is nothing to sign with, and says why", async () => {
    const wire = new Wire();
    const sink = new Failures();
    const error = gatewayError("cloud_credentials_unavailable", "none here");
    const send = sendToCloud({
      ...UNUSED,
      transport: wire.transport,
      sign: async () => fail(error),
    });
    send(REQUEST, sink);
    await turn();
    assert.deepEqual(sink.failures, [{ error, beforeResponse: true, onReusedConnection: false }]);
    assert.deepEqual(wire.sent, []);
  });

  it("tells of a bug as a failure", async () => {
    const wire = new Wire();
    const sink = new Failures();
    const sign = async () => await Promise.reject(new Error("a bug"));
    sendToCloud({ ...UNUSED, transport: wire.transport, sign })(REQUEST, sink);
    await turn();
    assert.equal(sink.failures[0]?.error.code, "internal");
  });

  it("signs anew, once, where the cloud does not know what it was signed with", async () => {
    const wire = new Wire();
    let kept = 0;
    const sign = async () => {
      const at = kept;
      return ok({ fields: ["authorization", `token ${at}`], forget: () => (kept = at + 1) });
    };
    const sink = new Heads();
    sendToCloud({ ...UNUSED, transport: wire.transport, sign })(REQUEST, sink);
    await turn();
    wire.sinks[0]?.onHead({ status: 401, reason: "", headers: [] }, NO_FLOW);
    await turn();
    assert.deepEqual(sink.statuses, []);
    assert.equal(wire.aborted, 1);
    assert.deepEqual(
      wire.sent.map(({ request }) => request.headers.at(-1)),
      ["token 0", "token 1"],
    );
    assert.deepEqual(wire.sent[1]?.request.body, wire.sent[0]?.request.body);
    wire.sinks[1]?.onHead({ status: 401, reason: "", headers: [] }, NO_FLOW);
    await turn();
    assert.deepEqual([sink.statuses, wire.sent.length], [[401], 2]);
  });

  it("shows a 401 at once where another signature would be the same, and every other answer", async () => {
    for (const [status, signed] of [
      [401, { fields: [] }],
      [403, { fields: [], forget: () => assert.fail() }],
      [200, { fields: [], forget: () => assert.fail() }],
    ] as const) {
      const wire = new Wire();
      const sink = new Heads();
      const sign = async () => ok(signed);
      sendToCloud({ ...UNUSED, transport: wire.transport, sign })(REQUEST, sink);
      await turn();
      wire.sinks[0]?.onHead({ status, reason: "", headers: [] }, NO_FLOW);
      await turn();
      assert.deepEqual([sink.statuses, wire.sent.length], [[status], 1]);
    }
  });

  it("does not ask again for a client that has left", async () => {
    const wire = new Wire();
    const sign = async () => ok({ fields: [], forget: () => {} });
    const call = sendToCloud({ ...UNUSED, transport: wire.transport, sign })(REQUEST, new Heads());
    await turn();
    wire.sinks[0]?.onHead({ status: 401, reason: "", headers: [] }, NO_FLOW);
    call.abort();
    await turn();
    assert.equal(wire.sent.length, 1);
  });

  it("sends nothing once it was given up, and says nothing", async () => {
    const wire = new Wire();
    const signing = Promise.withResolvers<void>();
    const sign = async () => {
      await signing.promise;
      return ok({ fields: [] });
    };
    const sink = new Failures();
    const call = sendToCloud({ ...UNUSED, transport: wire.transport, sign })(REQUEST, sink);
    call.abort();
    signing.resolve();
    await turn();
    assert.deepEqual([wire.sent, sink.failures], [[], []]);
  });

  it("gives up a call that was sent, from either end", async () => {
    const wire = new Wire();
    let abort = (): void => assert.fail();
    const shape: CloudShape = {
      ...SHAPE,
      fromCloud: (inner, giveUp) => {
        abort = giveUp;
        return inner;
      },
    };
    sendToCloud({ ...UNUSED, transport: wire.transport, shape })(REQUEST, new Failures());
    await turn();
    abort();
    assert.equal(wire.aborted, 1);
  });
});
