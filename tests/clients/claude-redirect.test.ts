import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../fault/rig.ts";
import { json, message, unifiedHeaders } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { text, toolUse } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { claudes, makeClaudeHome, SUBSCRIPTION, startClaude } from "./claude.ts";
import { openLab } from "./lab.ts";

const TOOLS = ["--allowedTools", "Bash,Write"];
const LITELLM_KEY = "sk-litellm-of-the-test";

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} whose plan is nearly full`, () => {
    it("works on at LiteLLM with a substitute, returns after the probe, and its tools go on", async () => {
      await using litellm = await startAnthropicUpstream();
      await using lab = await openLab({
        gateway: {
          env: {
            LITELLM_URL: litellm.url,
            LITELLM_API_KEY: LITELLM_KEY,
            LITELLM_FALLBACK_OPUS: "substitute-opus",
            LITELLM_FALLBACK_SONNET: "substitute-sonnet",
            LITELLM_FALLBACK_HAIKU: "substitute-haiku",
            PROBE_INTERVAL_MS: "400",
          },
        },
      });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const file = join(home.work, "made.txt");
      const hasReturned = join(home.work, "returned");
      const isProbe = (seen: { header(name: string): string | undefined }) =>
        seen.header("user-agent") === "spillway";
      lab.upstream.on(isProbe, (request, serial) => {
        // The plan has room again once a second turn was taken elsewhere.
        const used = litellm.ofKind("main").length < 2 ? 0.93 : 0.2;
        return json(200, { input_tokens: 9 }, unifiedHeaders({ fiveHour: used }))(request, serial);
      });
      lab.upstream.queue(
        "main",
        message(
          { content: [toolUse("Write", { file_path: file, content: "one\n" }, "toolu_1")] },
          {},
          unifiedHeaders({ fiveHour: 0.95 }),
        ),
        message({ content: [text("All done.")] }, {}, unifiedHeaders({ fiveHour: 0.2 })),
      );
      const wait = `echo two >> made.txt; until [ -e ${hasReturned} ]; do sleep 0.1; done`;
      litellm.queue(
        "main",
        message({ content: [bash("echo one-and-a-half >> made.txt", "toolu_2")] }),
        message({ content: [bash(wait, "toolu_3")] }),
      );
      await using run = startClaude(claude, home, { prompt: "make a file", args: TOOLS });
      await eventually(
        () => (lab.gateway.stdout().includes("litellm -> anthropic") ? true : undefined),
        "the return",
        40_000,
      );
      await writeFile(hasReturned, "");
      const outcome = await run.outcome;

      assert.equal(outcome.result, "All done.", outcome.stderr);
      assert.equal(outcome.exitCode, 0);
      assert.equal(await readFile(file, "utf8"), "one\none-and-a-half\ntwo\n");
      const own = lab.upstream.ofKind("main");
      const elsewhere = litellm.ofKind("main");
      assert.equal(own.length, 2);
      assert.equal(elsewhere.length, 2);
      for (const seen of elsewhere) {
        const body = seen.json();
        assert.ok(isObject(body) && String(body["model"]).startsWith("substitute-"));
        assert.deepEqual(seen.headers("authorization"), [`Bearer ${LITELLM_KEY}`]);
        assert.deepEqual(seen.headers("x-api-key"), []);
        assert.equal(seen.target, own[0]?.target);
      }
      // Nothing of the conversation got lost on either way.
      assert.deepEqual(
        [own[0], ...elsewhere, own[1]].map((seen) => resultsIn(seen?.body.toString() ?? "")),
        [[], ["toolu_1"], ["toolu_1", "toolu_2"], ["toolu_1", "toolu_2", "toolu_3"]],
      );
      for (const seen of litellm.requests) {
        assert.ok(!seen.rawHeaders.join("\n").includes(SUBSCRIPTION.value));
      }
    });
  });
}

function bash(command: string, id: string) {
  return toolUse("Bash", { command, description: "work" }, id);
}

/** The tools whose results a request tells of. */
function resultsIn(body: string): readonly string[] {
  const named = body.matchAll(/"tool_use_id":"(toolu_\d)"/g);
  return [...new Set([...named].map(([, id = ""]) => id))].toSorted();
}
