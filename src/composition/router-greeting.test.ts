import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testInputs } from "../config/inputs.fixture.ts";
import { loadConfig } from "../config/load.ts";
import { routerGreeting } from "./router-greeting.ts";

async function greetingFor(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const loaded = await loadConfig({ ...testInputs(), env });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return routerGreeting(loaded.value.config, "http://127.0.0.1:4080");
}

describe("routerGreeting", () => {
  it("C-10: says nothing where nothing of the router's is on", async () => {
    assert.deepEqual(await greetingFor({}), []);
  });

  it("X-R1: says what is on, what is off, and where the usage goes", async () => {
    assert.deepEqual(
      (
        await greetingFor({ LITELLM_URL: "http://localhost:4000", LITELLM_FALLBACK_HAIKU: "" })
      ).slice(0, -1),
      [
        "[proxy] Listening on 127.0.0.1:4080 -> api.anthropic.com:443",
        "[proxy] Writing usage to: /people/me/.claude/usage-status.md",
        "[proxy] feature: litellm-fallback enabled (url=http://localhost:4000)",
        "[proxy] feature: composer disabled (CURSOR_API_KEY unset)",
        "[proxy] WARNING: redirect.models.haiku (LITELLM_FALLBACK_HAIKU) is empty: redirected haiku requests get 500",
      ],
    );
    assert.deepEqual(
      await greetingFor({ CURSOR_API_KEY: "k", CLAUDE_CONFIG_DIRS: "~/.claude,~/b" }),
      [
        "[proxy] Listening on 127.0.0.1:4080 -> api.anthropic.com:443",
        "[proxy] Writing usage to: /people/me/.claude/usage-status.md",
        "[proxy] Writing usage to: /people/me/b/usage-status.md",
        "[proxy] feature: litellm-fallback disabled (LITELLM_URL unset)",
        "[proxy] feature: composer enabled (url=https://api-for-cursor.standardagents.ai/opencodev2/v1)",
      ],
    );
  });
});
