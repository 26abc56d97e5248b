import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { at } from "../conformance/exchange.ts";
import { message } from "../upstream/answer.ts";
import { type Message, text, thinking, toolUse } from "../upstream/messages.ts";
import { offersTools } from "../upstream/model-api.ts";
import { isPrediction, prediction } from "../upstream/vertex.ts";
import { type ClaudeHome, claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";
import { openLab } from "./lab.ts";
import { issueKey, storeKey } from "./stored-key.ts";
import { startVertex } from "./vertex-lab.ts";

const PROOF = "c2lnbmVkLWJ5LWNsYXVkZS1vbi12ZXJ0ZXg=";

/** Writes a file, changes it, and says so. */
function task(file: string): readonly Message[] {
  const write = { file_path: file, content: "a draft ✓\n" };
  const edit = { command: "sed -i s/draft/text/ made.txt", description: "edit" };
  return [
    {
      content: [
        thinking("First the draft.", PROOF),
        text("I will write it."),
        toolUse("Write", write, "toolu_vrtx_write"),
      ],
    },
    { content: [toolUse("Bash", edit, "toolu_vrtx_edit")] },
    { content: [text("The file is made.")] },
  ];
}

async function assertDone(home: ClaudeHome, result: string, stderr: string): Promise<void> {
  assert.equal(result, "The file is made.", stderr);
  assert.equal(await readFile(join(home.work, "made.txt"), "utf8"), "a text ✓\n");
}

for (const claude of await claudes()) {
  const args = ["--allowedTools", "Bash,Write,Edit"];
  describe(`Claude Code ${claude.version} and Vertex`, () => {
    it("S4-04: finishes a task over a Vertex that checks every token", async () => {
      await using vertex = await startVertex();
      await using lab = await openLab({ gateway: { config: vertex.config } });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      vertex.queue(...task(join(home.work, "made.txt")).map((each) => prediction(each)));
      const outcome = await runClaude(claude, home, {
        prompt: "make a file",
        args: ["--model", "vertex/claude-opus-4-5-20251101", ...args],
      });
      await assertDone(home, outcome.result, outcome.stderr);
      const turns = vertex.upstream.requests.filter(offersTools);
      assert.equal(turns.length, 3);
      for (const turn of turns) {
        assert.equal(
          turn.target,
          "/v1/projects/my-project/locations/eu/publishers/anthropic/models/claude-opus-4-5@20251101:streamRawPredict",
        );
        const body = turn.json();
        assert.equal(at(body, "model"), undefined);
        assert.equal(at(body, "stream"), true);
        assert.equal(at(body, "anthropic_version"), "vertex-2023-10-16");
        assert.match(turn.header("anthropic-beta") ?? "", /claude-code-20250219/);
        assert.doesNotMatch(turn.rawHeaders.join(), /sk-ant/);
      }
      assert.ok(turns[1]?.body.includes(PROOF), "thinking is sent back");
    });

    it("S2-01, S4-09: comes in through Vertex's shape, and is answered by Anthropic", async () => {
      await using lab = await openLab();
      await storeKey(lab.gateway);
      const { secret } = await issueKey(lab.gateway, { name: "me" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: "http://127.0.0.1:9",
        login: SUBSCRIPTION,
        env: { ...inVertexsShape(lab.url), ANTHROPIC_AUTH_TOKEN: secret },
      });
      lab.upstream.queue("main", ...task(join(home.work, "made.txt")).map((each) => message(each)));
      const outcome = await runClaude(claude, home, { prompt: "make a file", args });
      await assertDone(home, outcome.result, outcome.stderr);
      const [first] = lab.upstream.ofKind("main");
      assert.match(String(at(first?.json(), "model")), /^claude-[a-z0-9-]+$/);
      assert.equal(at(first?.json(), "anthropic_version"), undefined);
      assert.doesNotMatch(first?.rawHeaders.join() ?? "", new RegExp(secret));
    });

    it("comes in through Vertex's shape, and is answered by Vertex", async () => {
      await using vertex = await startVertex();
      await using lab = await openLab({ gateway: { config: vertex.config } });
      const { secret } = await issueKey(lab.gateway, { name: "me" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: "http://127.0.0.1:9",
        login: SUBSCRIPTION,
        env: {
          ...inVertexsShape(lab.url),
          ANTHROPIC_CUSTOM_HEADERS: `x-spillway-key: ${secret}`,
        },
      });
      vertex.queue(...task(join(home.work, "made.txt")).map((each) => prediction(each)));
      const outcome = await runClaude(claude, home, { prompt: "make a file", args });
      await assertDone(home, outcome.result, outcome.stderr);
      const turns = vertex.upstream.requests.filter(offersTools);
      assert.equal(turns.length, 3);
      assert.ok(turns.every(isPrediction));
    });
  });
}

function inVertexsShape(url: string): Readonly<Record<string, string>> {
  return {
    CLAUDE_CODE_USE_VERTEX: "1",
    CLAUDE_CODE_SKIP_VERTEX_AUTH: "1",
    ANTHROPIC_VERTEX_BASE_URL: `${url}/vertex`,
    ANTHROPIC_VERTEX_PROJECT_ID: "a-project",
    CLOUD_ML_REGION: "us-east5",
  };
}
