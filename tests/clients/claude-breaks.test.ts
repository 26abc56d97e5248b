import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { adjusted, failure, message, messageThenError } from "../upstream/answer.ts";
import { text } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { API_KEY, claudes, makeClaudeHome, runClaude, startClaude } from "./claude.ts";
import { openLab } from "./lab.ts";

const LONG = "A sentence that is long enough to be cut somewhere in its middle. ".repeat(20);

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} when something breaks`, () => {
    it("interrupted by its user, has the upstream request cancelled and recorded", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      lab.upstream.on("main", message({ content: [text(LONG)] }, { stallAfterBytes: 1500 }));
      await using run = startClaude(claude, home, { prompt: "write a lot" });
      const request = await lab.upstream.waitForRequest("main");
      await lab.upstream.waitForBytes(request, 1500);
      run.interrupt();
      await run.outcome;
      await lab.upstream.waitForEnd(request);

      assert.equal(request.aborted, true);
      const records = await lab.records((all) =>
        all.some((record) => record.finish === "client_gone"),
      );
      const record = records.find((candidate) => candidate.finish === "client_gone");
      assert.equal(record?.status, 200);
      // message_start was delivered, so the input is known although the end never came.
      assert.equal(record?.tokens.input, 12);
      lab.assertBytesUnchanged();
    });

    it("completes although the stream is reset before its first block is finished", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      const answer = message({ content: [text(LONG)] });
      lab.upstream.queue("main", adjusted(answer, { delivery: { resetAfterBytes: 1500 } }));
      lab.upstream.on("main", message({ content: [text("Whole after all.")] }));
      const outcome = await runClaude(claude, home, { prompt: "write" });

      assert.equal(outcome.result, "Whole after all.", outcome.stderr);
      const records = await lab.records((all) =>
        all.some((record) => record.finish === "upstream_lost"),
      );
      assert.ok(records.some((record) => record.finish === "complete"));
      lab.assertBytesUnchanged();
    });

    it("is told of a stream lost after a finished block, never given a clean end", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      const answer = message({ content: [text("The first part."), text(LONG)], pieceLength: 8 });
      lab.upstream.queue("main", adjusted(answer, { delivery: { resetAfterBytes: 2500 } }));
      lab.upstream.on("main", message({ content: [text("The rest.")] }));
      const outcome = await runClaude(claude, home, { prompt: "write" });

      if (claude.isRecent) {
        assert.equal(outcome.exitCode, 0, outcome.result);
        assert.match(outcome.result, /The rest\.$/);
        assert.ok(lab.upstream.ofKind("main")[1]?.body.includes("was cut off mid-stream"));
      } else {
        assert.equal(outcome.exitCode, 1);
        assert.match(outcome.result, /Connection closed mid-response/);
      }
      lab.assertBytesUnchanged();
    });

    it("sees an error event in the middle of a stream as the upstream sent it", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      const broken = { type: "overloaded_error", message: "Overloaded" };
      lab.upstream.queue("main", messageThenError({ content: [text(LONG)] }, 4, broken));
      lab.upstream.on("main", message({ content: [text("Recovered.")] }));
      const outcome = await runClaude(claude, home, { prompt: "write" });

      assert.equal(outcome.result, "Recovered.", outcome.stderr);
      const second = lab.upstream.ofKind("main")[1]?.json();
      assert.ok(isObject(second) && second["stream"] !== true, "falls back to one answer");
      lab.assertBytesUnchanged();
    });

    it("waits as long as the upstream's retry-after asks", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      lab.upstream.queue("main", failure(429, "slow down", ["retry-after", "1"]));
      lab.upstream.on("main", message({ content: [text("Waited.")] }));
      const outcome = await runClaude(claude, home, { prompt: "say hi" });

      assert.equal(outcome.result, "Waited.", outcome.stderr);
      const [first, second] = lab.upstream.ofKind("main");
      assert.ok(first && second && second.at - first.at >= 1000);
      lab.assertBytesUnchanged();
    });

    it("reads the upstream's refusal in its own words", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      lab.upstream.on("main", failure(403, "This account may not use the model of the test."));
      const outcome = await runClaude(claude, home, { prompt: "say hi" });

      assert.equal(outcome.exitCode, 1);
      assert.match(outcome.result, /This account may not use the model of the test\./);
      assert.equal(lab.upstream.ofKind("main").length, 1);
      lab.assertBytesUnchanged();
    });
  });
}
