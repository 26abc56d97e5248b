import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { message } from "../upstream/answer.ts";
import { text, thinking, toolUse } from "../upstream/messages.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject } from "../upstream/request-kind.ts";
import { API_KEY, claudes, makeClaudeHome, runClaude } from "./claude.ts";
import { openLab } from "./lab.ts";

const TOOLS = ["--allowedTools", "Bash,Write,Read,Edit,Task,Agent"];
/** One red pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} at work through the gateway`, () => {
    it("runs tools over several turns, changes a file, and each turn is recorded with its cost", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      const file = join(home.work, "made.txt");
      lab.upstream.queue(
        "main",
        message({
          content: [
            thinking("I should write it.", "c2lnbmVkLWJ5LXRoZS1tb2NrCg=="),
            text("I will write it."),
            toolUse("Write", { file_path: file, content: "one ✓\n" }, "toolu_write"),
          ],
        }),
        message({
          content: [
            toolUse(
              "Bash",
              { command: "echo two >> made.txt && cp made.txt copy.txt", description: "add" },
              "toolu_bash",
            ),
          ],
        }),
        message({
          content: [toolUse("Read", { file_path: join(home.work, "copy.txt") }, "toolu_read")],
        }),
        message({ content: [text("The file is made.")] }),
      );
      const outcome = await runClaude(claude, home, { prompt: "make a file", args: TOOLS });

      assert.equal(outcome.result, "The file is made.", outcome.stderr);
      assert.equal(outcome.exitCode, 0);
      assert.equal(await readFile(file, "utf8"), "one ✓\ntwo\n");
      const turns = lab.upstream.ofKind("main");
      assert.equal(turns.length, 4);
      assert.match(toolResult(turns[3], "toolu_read"), /one ✓/);
      assert.ok(turns[1]?.body.includes("c2lnbmVkLWJ5LXRoZS1tb2NrCg=="), "thinking is sent back");

      const session = turns[0]?.header("x-claude-code-session-id");
      assert.ok(session);
      const records = await lab.records(
        (all) => all.filter((record) => record.finish !== undefined).length >= 4,
      );
      const model = requestedModel(turns[0]);
      const mine = records.filter(
        (record) => record.operation === "messages" && record.model === model,
      );
      assert.equal(mine.length, 4);
      for (const record of mine) {
        assert.equal(record.status, 200);
        assert.equal(record.finish, "complete");
        assert.equal(record.sessionId, session);
        assert.equal(record.agentId, undefined);
        assert.equal(record.book, "api");
        assert.equal(record.mode, "passthrough");
        assert.deepEqual(record.tokens, {
          input: 12,
          output: 42,
          cacheRead: 14_000,
          cacheWrite: 1500,
        });
        assert.ok(record.costNanoUsd !== undefined && record.costNanoUsd > 0n);
      }
      assert.ok(lab.assertBytesUnchanged() >= 4);
    });

    it("runs parallel tools and returns their results in one message", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      const ids = ["toolu_a", "toolu_b", "toolu_c"];
      lab.upstream.queue(
        "main",
        message({
          content: ids.map((id) => toolUse("Bash", { command: `echo ${id}`, description: id }, id)),
        }),
        message({ content: [text("All three ran.")] }),
      );
      const outcome = await runClaude(claude, home, { prompt: "run three", args: TOOLS });

      assert.equal(outcome.result, "All three ran.", outcome.stderr);
      const second = lab.upstream.ofKind("main")[1];
      for (const id of ids) assert.match(toolResult(second, id), new RegExp(id));
      assert.ok(lab.assertBytesUnchanged() >= 2);
    });

    it("runs a subagent whose requests carry its id and the session of its parent", async () => {
      await using lab = await openLab({ text: "The agent found nothing." });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      lab.upstream.queue(
        "main",
        message({
          content: [
            toolUse(
              claude.isRecent ? "Agent" : "Task",
              { description: "look", prompt: "look around", subagent_type: "general-purpose" },
              "toolu_agent",
            ),
          ],
        }),
      );
      lab.upstream.on("main", message({ content: [text("The agent is done.")] }));
      const outcome = await runClaude(claude, home, { prompt: "use an agent", args: TOOLS });

      assert.equal(outcome.result, "The agent is done.", outcome.stderr);
      const [child] = lab.upstream.ofKind("subagent");
      const agent = child?.header("x-claude-code-agent-id");
      const session = child?.header("x-claude-code-session-id");
      assert.ok(agent);
      assert.equal(session, lab.upstream.ofKind("main")[0]?.header("x-claude-code-session-id"));
      const records = await lab.records((all) =>
        all.some((record) => record.agentId === agent && record.finish === "complete"),
      );
      const record = records.find((candidate) => candidate.agentId === agent);
      assert.equal(record?.sessionId, session);
      assert.ok(lab.assertBytesUnchanged() >= 3);
    });

    it("shows the model an image that it reads", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      const file = join(home.work, "pixel.png");
      await writeFile(file, Buffer.from(PNG, "base64"));
      lab.upstream.queue(
        "main",
        message({ content: [toolUse("Read", { file_path: file }, "toolu_image")] }),
        message({ content: [text("It is red.")] }),
      );
      const outcome = await runClaude(claude, home, { prompt: "look at it", args: TOOLS });

      assert.equal(outcome.result, "It is red.", outcome.stderr);
      const second = lab.upstream.ofKind("main")[1];
      assert.match(toolResult(second, "toolu_image"), /"type":"image".*"type":"base64"/);
      assert.ok(lab.assertBytesUnchanged() >= 2);
    });
  });
}

function requestedModel(request: RecordedRequest | undefined): unknown {
  const body = request?.json();
  return isObject(body) ? body["model"] : undefined;
}

/** The JSON of a tool's result in a request, or the empty string. */
function toolResult(request: RecordedRequest | undefined, id: string): string {
  const body = request?.json();
  const messages = isObject(body) && Array.isArray(body["messages"]) ? body["messages"] : [];
  for (const entry of messages) {
    const content = isObject(entry) && Array.isArray(entry["content"]) ? entry["content"] : [];
    const found = content.find((block) => isObject(block) && block["tool_use_id"] === id);
    if (found !== undefined) return JSON.stringify(found);
  }
  return "";
}
