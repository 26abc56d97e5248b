import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AFTER_THINKING, CASES, type CaseName, TURNS } from "../golden/cases.ts";
import { type Lab, openLab } from "../golden/lab.ts";
import { responderFor, UPSTREAMS } from "../golden/upstreams.ts";
import { MODEL_USAGE } from "../upstream/model-api.ts";
import { installClients } from "./install.ts";
import type { Opened, Sdk, Told } from "./sdk.ts";
import { anthropic } from "./sdk-anthropic.ts";
import { gemini } from "./sdk-gemini.ts";
import { chat, responses } from "./sdk-openai.ts";

const SDKS: readonly Sdk[] = [
  chat,
  responses,
  anthropic("anthropic-sdk-0"),
  anthropic("anthropic-sdk-1"),
  gemini,
];

describe("the official SDKs through the gateway", () => {
  let lab: Lab;
  before(async () => {
    await installClients();
    lab = await openLab();
  });
  after(async () => await lab[Symbol.asyncDispose]());

  for (const sdk of SDKS) {
    for (const upstream of UPSTREAMS) {
      const { api, model } = upstream;
      describe(`${sdk.name} on ${upstream.dialect}`, () => {
        let client: Opened;
        before(async () => {
          client = await sdk.open(lab.url, lab.key, model);
        });

        for (const name of CASES) {
          it(`has the whole answer of ${name}, and the same of its stream`, async () => {
            for (const how of ["whole", "streamed"] as const) {
              lab.script(responderFor(upstream, name, how === "streamed"));
              const asked = client[how](sdk.asks[name]);
              if (name === "overflow") await assert.rejects(asked, { status: 400 });
              else if (name !== "error") assertTold(sdk.read(await asked), expected(sdk, name));
              else if (how === "whole") await assert.rejects(asked, { status: 429 });
              else assert.match(await endOf(sdk, asked), sdk.brokenOff);
            }
          });
        }

        it("runs a tool until there is nothing to run", async () => {
          const earlier = lab.requests.length;
          lab.script(api.answer(TURNS.thinking), api.answer(AFTER_THINKING));
          const looked: unknown[] = [];
          const text = await client.loop(sdk.asks.thinking, (input) => {
            looked.push(input);
            return "A cat.";
          });
          assert.equal(text, AFTER_THINKING.text);
          assert.deepEqual(looked, [TURNS.thinking.calls?.[0]?.input]);
          const sent = lab.requests.slice(earlier);
          assert.equal(sent.length, 2);
          console.log(sdk.name, upstream.dialect, sent[1]?.body.toString().slice(0, 900));
          const outputs = api.outputsIn(sent[1]?.json()).map(({ output }) => output);
          assert.deepEqual(outputs, ["A cat."]);
        });
      });
    }
  }
});

/** What the model said, in the words of an SDK. */
function expected({ stops }: Sdk, name: CaseName): Told {
  const { reasoning = "", refusal, text = refusal, calls = [], isCut } = TURNS[name];
  const end = calls.length > 0 ? stops.call : stops.end;
  const cut = isCut === true ? stops.cut : end;
  return {
    text: text ?? "",
    thinking: reasoning,
    calls,
    stop: refusal === undefined ? cut : stops.refusal,
    tokens: { input: MODEL_USAGE.inputTotal, output: MODEL_USAGE.output },
  };
}

function assertTold(told: Told, wanted: Told): void {
  const { text = wanted.text, thinking = wanted.thinking, ...rest } = told;
  assert.deepEqual(JSON.parse(JSON.stringify({ text, thinking, ...rest })), wanted);
}

/** How an answer ended, or what was thrown instead. */
async function endOf(sdk: Sdk, asked: Promise<unknown>): Promise<string> {
  return await asked.then((answer) => String(sdk.read(answer).stop), String);
}
