import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { canary, leaksIn, leaksInFiles } from "../fault/canaries.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { ask, counted, isProbe, line, openBench, tell } from "./rig.ts";

const wire = (seen: readonly RecordedRequest[]): string =>
  seen
    .map(
      ({ rawHeaders, target, body }) =>
        `${target}\n${rawHeaders.join("\n")}\n${body.toString("latin1")}`,
    )
    .join("\n");

describe("credentials around a redirect", () => {
  it("S1-119 to S1-122: a caller's own goes to Anthropic alone, for its requests and its probes, and is kept nowhere", async () => {
    const root = await mkdtemp(join(tmpdir(), "spillway-canaries-"));
    const secrets = {
      session: canary("sk-ant-oat01-"),
      directory: canary("sk-ant-oat01-"),
      apiKey: canary("sk-ant-api03-"),
      cookie: canary("cookie-"),
      litellm: canary("sk-litellm-"),
      cursor: canary("key_"),
    };
    try {
      const directory = join(root, "logged-in");
      await mkdir(directory);
      const credentials = JSON.stringify({ claudeAiOauth: { accessToken: secrets.directory } });
      await writeFile(join(directory, ".credentials.json"), credentials);
      await using bench = await openBench({
        env: {
          LITELLM_API_KEY: secrets.litellm,
          CURSOR_API_KEY: secrets.cursor,
          CLAUDE_CONFIG_DIRS: directory,
          PROBE_INTERVAL_MS: "300",
        },
        config: "log: { level: trace }",
        dataDir: join(root, "data"),
      });
      await mkdir(join(root, "data"), { recursive: true });
      bench.anthropic.on(isProbe, counted(9, { fiveHour: 0.95 }));
      for (const token of [secrets.session, secrets.directory]) {
        await tell(bench, token, { fiveHour: 0.95 });
        const headers = { "x-api-key": secrets.apiKey, cookie: secrets.cookie };
        for (const model of ["claude-opus-4-8", "gpt-5", "composer-2.5"]) {
          await ask(bench, { token, model, headers });
          await ask(bench, { token, model, headers, path: "/v1/messages/count_tokens" });
        }
      }
      await line(bench, /^\[proxy\] probe: 200 /);
      const probed = await Promise.all(
        [secrets.session, secrets.directory].map((token) =>
          bench.anthropic.waitForRequest(
            (seen) => isProbe(seen) && seen.header("authorization") === `Bearer ${token}`,
          ),
        ),
      );
      assert.equal(probed.length, 2);

      const own = ["session", "directory", "apiKey", "cookie"] as const;
      assert.deepEqual(leaksIn(wire(bench.litellm.requests), secrets, [...own, "cursor"]), []);
      const composed = JSON.stringify(bench.composer.requests);
      assert.deepEqual(leaksIn(composed, secrets, [...own, "litellm"]), []);
      assert.deepEqual(leaksIn(wire(bench.anthropic.requests), secrets, ["litellm", "cursor"]), []);
      assert.ok(bench.litellm.requests.length >= 8);
      await bench.gateway.stop();
      const all = [...own, "litellm", "cursor"] as const;
      const said = bench.gateway.stdout() + bench.gateway.stderr();
      assert.deepEqual(leaksIn(said, secrets, all), []);
      const { dataDir, home } = bench.gateway;
      assert.deepEqual(await leaksInFiles([dataDir, home], secrets, all), []);
    } finally {
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    }
  });
});
