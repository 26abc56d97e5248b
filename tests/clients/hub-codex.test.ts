import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { adjusted } from "../upstream/answer.ts";
import { offersTools } from "../upstream/model-api.ts";
import { makeCodexHome, runCodex } from "./codex.ts";
import {
  assertOnlyModelSpliced,
  assertPaidByProviderKey,
  assertRecorded,
  openHubLab,
} from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";

const { chat, responses, openAi, anthropic } = PROVIDERS;
const PROOF = "cHJvb2Ytb2YtdGhlLWZpcnN0LXRob3VnaHQ=";
const CALLS = [
  { id: "call_make", name: "exec_command", input: { cmd: "echo made ✓ | tee made.txt" } },
  { id: "call_list", name: "exec_command", input: { cmd: "echo listed > list.txt" } },
];

describe("Codex through the gateway", () => {
  for (const setting of [responses, chat, anthropic]) {
    const { api } = setting;
    it(`runs parallel commands over ${api.dialect}, and its thinking goes back`, async () => {
      await using hub = await openHubLab(setting);
      await using home = await makeCodexHome({
        baseUrl: `${hub.url}/v1`,
        model: hub.model,
        key: hub.issued.secret,
      });
      hub.provider.queue(
        offersTools,
        api.answer({ reasoning: "Two files.", proof: PROOF, text: "I make them.", calls: CALLS }),
        api.answer({ text: "The files are made." }),
      );
      const outcome = await runCodex(home, "make two files");

      assert.equal(outcome.message, "The files are made.", outcome.stdout + outcome.stderr);
      assert.equal(outcome.exitCode, 0);
      assert.equal(await readFile(join(home.work, "made.txt"), "utf8"), "made ✓\n");
      assert.equal(await readFile(join(home.work, "list.txt"), "utf8"), "listed\n");
      const turns = hub.turns();
      assert.deepEqual(turns.map(api.modelOf), Array(2).fill(setting.model));
      const bodies = turns.map((turn) => turn.json());
      const [, outputs = []] = bodies.map(api.outputsIn);
      assert.deepEqual(
        outputs.map(({ call }) => call),
        ["call_make", "call_list"],
      );
      assert.match(outputs[0]?.output ?? "", /made ✓/);
      assert.deepEqual(bodies.map(api.proofsIn), [[], [PROOF]]);
      assertPaidByProviderKey(hub);
      await assertRecorded(hub, 2, setting.model);
      if (setting === responses) assertOnlyModelSpliced(hub, setting.model);
    });
  }

  it("asks for a WebSocket at OpenAI's place, is answered 426, and goes on with a POST", async () => {
    const { api } = openAi;
    await using hub = await openHubLab(openAi);
    await using home = await makeCodexHome({
      baseUrl: `${hub.url}/v1`,
      model: hub.model,
      key: hub.issued.secret,
      isBuiltIn: true,
    });
    hub.provider.queue(offersTools, api.answer({ text: "Hello." }));
    const outcome = await runCodex(home, "say hello");

    assert.equal(outcome.message, "Hello.", outcome.stdout + outcome.stderr);
    assert.equal(outcome.exitCode, 0);
    const asked = hub.lab.clientSide
      .exchanges()
      .filter(({ request }) => request.startLine.includes(" /v1/responses"))
      .map(({ request, response }) => `${request.startLine} > ${response?.startLine.slice(0, 12)}`);
    const attempts = asked.slice(0, -1);
    assert.equal(asked.at(-1), "POST /v1/responses HTTP/1.1 > HTTP/1.1 200");
    assert.ok(attempts.length > 0);
    for (const attempt of attempts) {
      assert.equal(attempt, "GET /v1/responses HTTP/1.1 > HTTP/1.1 426");
    }
    assert.equal(hub.turns().length, 1);
    assertPaidByProviderKey(hub);
    assertOnlyModelSpliced(hub, openAi.model);
  });

  it("keeps the token by which OpenAI knows where a turn goes on", async () => {
    const { api } = openAi;
    await using hub = await openHubLab(openAi);
    await using home = await makeCodexHome({
      baseUrl: `${hub.url}/v1`,
      model: hub.model,
      key: hub.issued.secret,
    });
    const state = ["x-codex-turn-state", "Opaque-State_1=="] as const;
    hub.provider.queue(
      offersTools,
      async (request, serial) => {
        const answer = await api.answer({ calls: CALLS.slice(0, 1) })(request, serial);
        return { ...answer, headers: [...answer.headers, ...state] };
      },
      api.answer({ text: "Made." }),
    );
    const outcome = await runCodex(home, "make a file");

    assert.equal(outcome.message, "Made.", outcome.stdout + outcome.stderr);
    assert.deepEqual(
      hub.turns().map((turn) => turn.header(state[0])),
      [undefined, state[1]],
    );
  });

  it("asks again when a stream breaks off in the middle", async () => {
    const { api } = chat;
    await using hub = await openHubLab(chat);
    await using home = await makeCodexHome({
      baseUrl: `${hub.url}/v1`,
      model: hub.model,
      key: hub.issued.secret,
    });
    const long = api.answer({ text: "This text is never told to its end, whatever happens." });
    hub.provider.queue(
      offersTools,
      adjusted(long, { delivery: { cutAfterBytes: 900 } }),
      api.answer({ text: "Hello again." }),
    );
    const outcome = await runCodex(home, "say hello");

    assert.equal(outcome.message, "Hello again.", outcome.stdout + outcome.stderr);
    assert.equal(outcome.exitCode, 0);
    const records = await hub.records(2);
    assert.deepEqual(
      records.map(({ finish }) => finish),
      ["upstream_lost", "complete"],
    );
  });
});
