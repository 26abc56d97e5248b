import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { message } from "../upstream/answer.ts";
import { text, toolUse } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { API_KEY, claudes, makeClaudeHome, runClaude } from "./claude.ts";
import { openLab } from "./lab.ts";

const GUIDE = fileURLToPath(new URL("../../docs/guide/routing.md", import.meta.url));
const CHEAPER = "claude-haiku-4-5";
const MAIN = "claude-opus-4-8";

/** What people are told to write. */
function rulesOfGuide(): string {
  const blocks = [...readFileSync(GUIDE, "utf8").matchAll(/```yaml\n(.*?)```/gs)];
  const found = blocks.find(([, yaml]) => yaml?.includes("name: aside-cheap"))?.[1];
  assert.ok(found, "the guide has the rules");
  return found;
}

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} under the guide's rules`, () => {
    it("keeps its model for the conversation, and gets a cheaper one for everything beside it", async () => {
      await using lab = await openLab({
        text: "The agent found nothing.",
        gateway: { config: rulesOfGuide() },
      });
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
            toolUse("WebSearch", { query: "hello world" }, "toolu_search"),
          ],
        }),
      );
      lab.upstream.on("main", message({ content: [text("All is done.")] }));
      const outcome = await runClaude(claude, home, {
        prompt: "use an agent, and search the web",
        args: ["--model", MAIN, "--allowedTools", "Task,Agent,WebSearch"],
      });

      assert.equal(outcome.result, "All is done.", outcome.stderr);
      const models = (kind: "main" | "subagent" | "websearch") =>
        lab.upstream.ofKind(kind).map((request) => {
          const body = request.json();
          return isObject(body) ? body["model"] : undefined;
        });
      assert.ok(models("main").length >= 2);
      assert.deepEqual(new Set(models("main")), new Set([MAIN]));
      assert.deepEqual(new Set(models("subagent")), new Set([CHEAPER]));
      assert.deepEqual(new Set(models("websearch")), new Set([CHEAPER]));
      const told = lab.gateway.stdout();
      assert.ok(told.includes("subagent (recognised)"), told);
      assert.ok(told.includes("auxiliary (recognised)"), told);
    });
  });
}
