import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { at } from "../conformance/exchange.ts";
import type { Responder } from "../upstream/answer.ts";
import { RecordedRequest } from "../upstream/recorded-request.ts";
import { type CaseName, TURNS } from "./cases.ts";
import { CLIENTS } from "./clients.ts";
import { framesOf } from "./frames.ts";
import { type Exchanged, type Lab, openLab, steady } from "./lab.ts";
import { UPSTREAMS } from "./upstreams.ts";

const SHOWN = ["text", "tools", "parallel", "thinking", "refusal"] as const;
/** Tells whole what comes in events, and the other way round. */
const PAIRS = UPSTREAMS.map((upstream) => {
  const client = CLIENTS.find(({ dialect }) => dialect !== upstream.dialect);
  assert.ok(client);
  return { client, upstream };
});

describe("an upstream that answers in another way than it was asked", () => {
  let lab: Lab;
  before(async () => {
    lab = await openLab();
  });
  after(async () => await lab[Symbol.asyncDispose]());

  for (const { client, upstream } of PAIRS) {
    const { api, dialect, model } = upstream;
    const ask = async (name: CaseName, isStream: boolean, responder: Responder) =>
      await lab.exchange({ client, model, isStream, ask: client.asks[name], responder });

    for (const name of SHOWN) {
      it(`${dialect}: ${name} in events becomes the whole answer that was asked for`, async () => {
        const usual = await ask(name, false, api.answer(TURNS[name]));
        const found = await ask(name, false, otherwise(api.answer(TURNS[name])));

        assert.match(found.told, /^(?:event|data):|:event-type/);
        assert.equal(found.answer.status, 200);
        assert.equal(found.answer.headers["content-type"], "application/json");
        assert.deepEqual(bodyOf(found), bodyOf(usual));
      });

      it(`${dialect}: ${name} told whole becomes the stream that was asked for`, async () => {
        const usual = await ask(name, true, api.answer(TURNS[name]));
        const found = await ask(name, true, otherwise(api.answer(TURNS[name])));

        assert.match(found.told, /^\{/);
        assert.match(String(found.answer.headers["content-type"]), /^text\/event-stream/);
        assert.ok(found.answer.complete);
        const [comes, should] = [found, usual].map((each) => client.accumulate(framesIn(each)));
        assert.deepEqual(comes, should);
      });
    }

    it(`${dialect}: what breaks off is no whole answer, wherever that is`, async () => {
      const responder = otherwise(api.answer(TURNS.text));
      const { told } = await ask("text", false, responder);
      const ends = [0, 1, Math.floor(told.length / 3), Math.floor(told.length / 2)];
      for (const end of ends) {
        const { answer } = await ask("text", false, cutAt(responder, end));
        assert.ok(answer.status >= 500, `${answer.status} after ${end} bytes`);
        assert.notEqual(at(JSON.parse(answer.body.toString()), "error"), undefined);
      }
    });

    it(`${dialect}: what breaks off is no stream with an end either`, async () => {
      const responder = otherwise(api.answer(TURNS.text));
      const { told } = await ask("text", true, responder);
      for (const end of [0, 1, Math.floor(told.length / 2), told.length - 1]) {
        const { answer } = await ask("text", true, cutAt(responder, end));
        assert.ok(answer.status >= 500 || !answer.complete, `a clean end after ${end} bytes`);
      }
    });

    it(`${dialect}: an error among the events is an error`, async () => {
      const { answer } = await ask("error", false, otherwise(api.breakOff(TURNS.error, "Busy.")));
      assert.ok(answer.status >= 400, String(answer.status));
      assert.notEqual(at(JSON.parse(answer.body.toString()), "error"), undefined);
    });
  }
});

/** Where the path says whether a stream is asked for. */
const WAYS = [
  [":generateContent", ":streamGenerateContent?alt=sse"],
  ["/converse", "/converse-stream"],
] as const;

function swap(target: string, whole: string, stream: string): string {
  if (target.endsWith(stream)) return target.replace(stream, whole);
  return target.endsWith(whole) ? target.replace(whole, stream) : target;
}

/** The same server as if it had been asked for a stream, or for none. */
function otherwise(responder: Responder): Responder {
  return async (request, serial) => {
    const { method, httpVersion, rawHeaders, remotePort } = request;
    const target = WAYS.reduce(
      (found, [whole, stream]) => (found === request.target ? swap(found, whole, stream) : found),
      request.target,
    );
    const asked = new RecordedRequest({ method, target, httpVersion, rawHeaders, remotePort });
    const body = Object(request.json());
    asked.body = Buffer.from(JSON.stringify({ ...body, stream: body.stream !== true }));
    return await responder(asked, serial);
  };
}

/** Only so many bytes of an answer, with a clean end of the body. */
function cutAt(responder: Responder, bytes: number): Responder {
  return async (request, serial) => {
    const answer = await responder(request, serial);
    return { ...answer, pieces: [Buffer.concat(answer.pieces).subarray(0, bytes)] };
  };
}

function bodyOf({ answer }: Exchanged): unknown {
  return JSON.parse(steady(answer.body.toString()));
}

function framesIn({ answer }: Exchanged) {
  return framesOf(steady(answer.body.toString()));
}
