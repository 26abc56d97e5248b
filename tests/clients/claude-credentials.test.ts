import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { unifiedHeaders } from "../upstream/answer.ts";
import {
  API_KEY,
  BEARER,
  claudes,
  type Login,
  makeClaudeHome,
  runClaude,
  SUBSCRIPTION,
} from "./claude.ts";
import { openLab } from "./lab.ts";

const HELPER: Login = { kind: "helper", value: "sk-ant-api03-from-the-helper" };

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} and its credentials`, () => {
    it("works with a saved subscription login, whose quota lands in the status file", async () => {
      await using lab = await openLab({
        text: "Hello, subscriber.",
        headers: unifiedHeaders({ fiveHour: 0.09, sevenDay: 0.99, claim: "seven_day" }),
      });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const outcome = await runClaude(claude, home, { prompt: "say hi" });

      assert.equal(outcome.result, "Hello, subscriber.", outcome.stderr);
      const [main] = lab.upstream.ofKind("main");
      assert.deepEqual(main?.headers("authorization"), [`Bearer ${SUBSCRIPTION.value}`]);
      assert.deepEqual(main?.headers("x-api-key"), []);
      assert.match(main?.header("anthropic-beta") ?? "", /\boauth-2025-04-20\b/);
      const records = await lab.records((all) =>
        all.some((record) => record.operation === "messages" && record.finish === "complete"),
      );
      const record = records.find((candidate) => candidate.operation === "messages");
      assert.equal(record?.book, "subscription");
      assert.equal(record?.mode, "passthrough");
      const line = await readFile(lab.gateway.usageFile, "utf8");
      assert.match(line, /^5h=9% 7d=99% .*bottleneck=seven_day \([^\n]+\)\n$/);
      assert.ok(lab.assertBytesUnchanged() >= 1);
    });

    it("works with an API key", async () => {
      await using lab = await openLab({ text: "Hello, key." });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      const outcome = await runClaude(claude, home, { prompt: "say hi" });

      assert.equal(outcome.result, "Hello, key.", outcome.stderr);
      const [main] = lab.upstream.ofKind("main");
      assert.deepEqual(main?.headers("x-api-key"), [API_KEY.value]);
      assert.deepEqual(main?.headers("authorization"), []);
      const records = await lab.records((all) => all.some((record) => record.book === "api"));
      assert.ok(records.every((record) => record.book !== "subscription"));
      assert.ok(lab.assertBytesUnchanged() >= 1);
    });

    it("works with a bearer token of any kind", async () => {
      await using lab = await openLab({ text: "Hello, bearer." });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: BEARER });
      const outcome = await runClaude(claude, home, { prompt: "say hi" });

      assert.equal(outcome.result, "Hello, bearer.", outcome.stderr);
      const [main] = lab.upstream.ofKind("main");
      assert.deepEqual(main?.headers("authorization"), [`Bearer ${BEARER.value}`]);
      assert.ok(lab.assertBytesUnchanged() >= 1);
    });

    it("works with a key helper, which sends one value in both headers", async () => {
      await using lab = await openLab({ text: "Hello, helper." });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: HELPER });
      const outcome = await runClaude(claude, home, { prompt: "say hi" });

      assert.equal(outcome.result, "Hello, helper.", outcome.stderr);
      const [main] = lab.upstream.ofKind("main");
      assert.deepEqual(main?.headers("authorization"), [`Bearer ${HELPER.value}`]);
      assert.deepEqual(main?.headers("x-api-key"), [HELPER.value]);
      assert.ok(lab.assertBytesUnchanged() >= 1);
    });

    it("finds the upstream's models", async () => {
      const found = { id: "claude-router-special", displayName: "Special from upstream" };
      await using lab = await openLab({ models: [found] });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: BEARER,
        env: { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1" },
      });
      const outcome = await runClaude(claude, home, { prompt: "say hi" });

      assert.equal(outcome.exitCode, 0, outcome.stderr);
      const [list] = lab.upstream.ofKind("models");
      assert.equal(list?.target, "/v1/models?limit=1000");
      const kept = await readFile(join(home.configDir, "cache/gateway-models.json"), "utf8");
      assert.match(kept, /claude-router-special/);
      assert.ok(lab.assertBytesUnchanged() >= 2);
    });
  });
}
