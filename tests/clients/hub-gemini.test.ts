import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { offersTools } from "../upstream/model-api.ts";
import { makeGeminiHome, runGemini } from "./gemini-cli.ts";
import {
  assertOnlyModelSpliced,
  assertPaidByProviderKey,
  assertRecorded,
  nameOf,
  openHubLab,
} from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";

const { gemini, google, anthropic } = PROVIDERS;
const PROOF = "cHJvb2Ytb2YtdGhlLWZpcnN0LXRob3VnaHQ=";

describe("Gemini CLI through the gateway", () => {
  for (const setting of [google, gemini, anthropic]) {
    const { api } = setting;
    it(`makes files with parallel tools on ${nameOf(setting)} over ${api.dialect}, and its thinking goes back`, async () => {
      await using hub = await openHubLab(setting);
      await using home = await makeGeminiHome({ baseUrl: hub.url, key: hub.issued.secret });
      const file = join(home.work, "made.txt");
      const list = { command: "echo listed | tee list.txt", description: "list" };
      hub.provider.queue(
        offersTools,
        api.answer({
          reasoning: "Two files.",
          proof: PROOF,
          text: "I make them.",
          calls: [
            {
              id: "call_make",
              name: "write_file",
              input: { file_path: file, content: "made ✓\n" },
            },
            { id: "call_list", name: "run_shell_command", input: list },
          ],
        }),
        api.answer({ text: "The files are made." }),
      );
      const outcome = await runGemini(home, { prompt: "make two files", model: hub.model });

      assert.equal(outcome.exitCode, 0, outcome.stdout + outcome.stderr);
      // What the model says between the tools is part of it.
      assert.match(outcome.message, /The files are made\.$/);
      assert.equal(await readFile(file, "utf8"), "made ✓\n");
      assert.equal(await readFile(join(home.work, "list.txt"), "utf8"), "listed\n");
      const turns = hub.turns();
      assert.deepEqual(turns.map(api.modelOf), Array(2).fill(setting.model));
      const bodies = turns.map((turn) => turn.json());
      const [, outputs = []] = bodies.map(api.outputsIn);
      assert.deepEqual(
        outputs.map(({ call }) => call),
        ["call_make", "call_list"],
      );
      assert.match(outputs[1]?.output ?? "", /listed/);
      assert.deepEqual(bodies.map(api.proofsIn), [[], [PROOF]]);
      assertPaidByProviderKey(hub);
      await assertRecorded(hub, 2, setting.model);
      if (setting !== anthropic) assertOnlyModelSpliced(hub, setting.model);
    });
  }
});
