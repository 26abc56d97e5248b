import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { geminiApi } from "../upstream/gemini.ts";
import { offersTools } from "../upstream/model-api.ts";
import { makeGeminiHome, runGemini } from "./gemini-cli.ts";
import { openLab } from "./lab.ts";
import { issueKey } from "./stored-key.ts";
import { startVertex } from "./vertex-lab.ts";

const PROOF = "cHJvb2Ytb2YtdGhlLWZpcnN0LXRob3VnaHQ=";

describe("Gemini CLI and Vertex", () => {
  it("finishes a task over a Vertex that checks every token, in its own dialect", async () => {
    await using vertex = await startVertex();
    await using lab = await openLab({ gateway: { config: vertex.config } });
    const { secret } = await issueKey(lab.gateway, { name: "me" });
    await using home = await makeGeminiHome({ baseUrl: lab.url, key: secret });
    const file = join(home.work, "made.txt");
    vertex.queue(
      geminiApi.answer({
        reasoning: "One file.",
        proof: PROOF,
        text: "I make it.",
        calls: [
          { id: "call_make", name: "write_file", input: { file_path: file, content: "made ✓\n" } },
        ],
      }),
      geminiApi.answer({ text: "The file is made." }),
    );
    const outcome = await runGemini(home, {
      prompt: "make a file",
      model: "vertex/gemini-3.8-flash",
    });
    assert.equal(outcome.exitCode, 0, outcome.stdout + outcome.stderr);
    assert.match(outcome.message, /The file is made\.$/);
    assert.equal(await readFile(file, "utf8"), "made ✓\n");
    const turns = vertex.upstream.requests.filter(offersTools);
    assert.equal(turns.length, 2);
    for (const turn of turns) {
      assert.equal(
        turn.target,
        "/v1/projects/my-project/locations/eu/publishers/google/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
      );
      assert.doesNotMatch(turn.rawHeaders.join(), new RegExp(secret));
    }
    assert.deepEqual(geminiApi.proofsIn(turns[1]?.json()), [PROOF]);
  });
});
