import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AFTER_THINKING, CASES, type CaseName } from "./cases.ts";
import { CLIENTS, type Client } from "./clients.ts";
import { framesOf } from "./frames.ts";
import { GoldenFile, onlyGolden } from "./golden-file.ts";
import { type Exchanged, type Lab, openLab, steady } from "./lab.ts";
import { showAnswer, showSent, showSentOtherwise, showStream } from "./show.ts";
import { responderFor, UPSTREAMS, type Upstream } from "./upstreams.ts";

const pairs = CLIENTS.flatMap((client) => UPSTREAMS.map((upstream) => ({ client, upstream })));
const isTranslated = ({ client, upstream }: (typeof pairs)[number]): boolean =>
  client.dialect !== upstream.dialect;

describe("every client dialect with every upstream dialect", () => {
  let lab: Lab;
  before(async () => {
    lab = await openLab();
  });
  after(async () => await lab[Symbol.asyncDispose]());

  for (const { client, upstream } of pairs.filter(isTranslated)) {
    const golden = new GoldenFile(nameOf(client, upstream), CASES);
    describe(`${client.dialect} to ${upstream.dialect}`, () => {
      for (const name of CASES) {
        it(name, async () => {
          const { shown, assertAlike } = await translated(lab, client, upstream, name);
          golden.check(name, shown);
          assertAlike();
        });
      }
      after(() => golden.finish());
    });
  }

  for (const { client, upstream } of pairs.filter((pair) => !isTranslated(pair))) {
    describe(`${client.dialect} to itself`, () => {
      for (const name of CASES) {
        it(`${name} passes byte for byte`, async () => {
          for (const isStream of [false, true]) {
            assertPassed(await ask(lab, client, upstream, name, isStream), upstream);
          }
        });
      }
    });
  }

  it("has no golden file of another pair", () =>
    onlyGolden(pairs.filter(isTranslated).map(({ client, upstream }) => nameOf(client, upstream))));
});

function nameOf(client: Client, upstream: Upstream): string {
  return `${client.dialect}-to-${upstream.dialect}`;
}

async function ask(
  lab: Lab,
  client: Client,
  upstream: Upstream,
  name: CaseName,
  isStream: boolean,
): Promise<Exchanged> {
  const { model } = upstream;
  const responder = responderFor(upstream, name, isStream);
  return await lab.exchange({ client, model, isStream, ask: client.asks[name], responder });
}

/** One case both ways: as a golden file has it, and a check of what holds without one. */
async function translated(
  lab: Lab,
  client: Client,
  upstream: Upstream,
  name: CaseName,
): Promise<{ readonly shown: string; readonly assertAlike: () => void }> {
  const whole = await ask(lab, client, upstream, name, false);
  const streamed = await ask(lab, client, upstream, name, true);
  const body = wholeIn(whole);
  const isStream = streamed.answer.headers["content-type"]?.includes("event-stream") === true;
  const shown = [
    `--- sent\n${showSent(whole.sent)}`,
    `--- sent for a stream, otherwise\n${showSentOtherwise(streamed.sent, whole.sent)}`,
    `--- answer\n${showAnswer(whole.answer)}`,
    isStream
      ? `--- stream\n${showStream(streamed.answer, body)}`
      : `--- answer to who asked for a stream\n${showAnswer(streamed.answer)}`,
  ];
  if (name === "thinking") {
    const goOn = client.goOn(client.asks[name], body, "A cat.");
    const next = await lab.exchange({
      client,
      model: upstream.model,
      isStream: false,
      ask: goOn,
      responder: upstream.api.answer(AFTER_THINKING),
    });
    shown.push(`--- sent with the tool's result\n${showSent(next.sent)}`);
  }
  return {
    shown: shown.join("\n\n"),
    assertAlike: () => {
      assert.equal(isStream, name !== "overflow");
      if (!isStream || name === "error") return;
      const { arranged = (answer: unknown) => answer } = client;
      assert.ok(streamed.answer.complete);
      const frames = framesOf(steady(streamed.answer.body.toString()));
      assert.deepEqual(client.accumulate(frames), arranged(body));
    },
  };
}

function wholeIn({ answer }: Exchanged): unknown {
  return JSON.parse(steady(answer.body.toString()));
}

function assertPassed({ asked, sent, told, answer }: Exchanged, { model, served }: Upstream): void {
  const toServed = (text: string) =>
    text.replace(`"model":${JSON.stringify(model)}`, `"model":${JSON.stringify(served)}`);
  assert.equal(sent.body.toString("utf8"), toServed(asked));
  assert.equal(answer.body.toString("utf8"), told);
}
