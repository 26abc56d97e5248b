import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runProgram } from "../integration/program.ts";
import { offersTools } from "../upstream/model-api.ts";
import { type ClientHome, makeClientHome } from "./client-program.ts";
import { runCodex } from "./codex.ts";
import { runGemini } from "./gemini-cli.ts";
import { openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";
import { installClients } from "./install.ts";

const { chat } = PROVIDERS;

async function spillway({ home, env }: ClientHome, ...args: readonly string[]) {
  const run = await runProgram(args, { home, env });
  assert.equal(run.code, 0, run.err);
  return run.out;
}

describe("S3-53: a client that spillway connect has connected", () => {
  it("Codex runs on the model it was given, and goes back to what it had", async () => {
    await installClients();
    const own = `model = "gpt-5.5"
approval_policy = "never" # mine
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false

[features]
plugins = false
apps = false

[analytics]
enabled = false
`;
    await using hub = await openHubLab(chat);
    await using home = await makeClientHome(
      { ".codex/config.toml": own, ".codex/auth.json": "{}" },
      { SPILLWAY_KEY: hub.issued.secret },
    );
    const connected = ["connect", "codex", "--write", "--url", hub.url, "--model", hub.model];
    assert.match(await spillway(home, ...connected), /Codex is connected to /);
    hub.provider.queue(offersTools, chat.api.answer({ text: "Hello from afar." }));
    const outcome = await runCodex(home, "say hello");
    assert.equal(outcome.message, "Hello from afar.", outcome.stdout + outcome.stderr);
    assert.deepEqual(hub.turns().map(chat.api.modelOf), [chat.model]);

    assert.match(await spillway(home, ...connected), /was connected to .* already/);
    await spillway(home, "connect", "codex", "--undo");
    assert.equal(await readFile(join(home.home, ".codex/config.toml"), "utf8"), own);
  });

  it("Gemini CLI reads where to go from its own file of variables", async () => {
    await installClients();
    await using hub = await openHubLab(chat);
    const settings = {
      security: { auth: { selectedType: "gemini-api-key" } },
      privacy: { usageStatisticsEnabled: false },
    };
    await using home = await makeClientHome(
      { ".gemini/settings.json": JSON.stringify(settings) },
      {},
    );
    const file = join(home.home, ".gemini/.env");
    const own = `GEMINI_API_KEY=${hub.issued.secret}\nGOOGLE_GEMINI_BASE_URL=http://127.0.0.1:9\n`;
    await writeFile(file, own);
    await spillway(home, "connect", "gemini-cli", "--write", "--url", hub.url);
    hub.provider.queue(offersTools, chat.api.answer({ text: "Hello from afar." }));
    const outcome = await runGemini(home, { prompt: "say hello", model: hub.model });
    assert.equal(outcome.exitCode, 0, outcome.stdout + outcome.stderr);
    assert.match(outcome.message, /Hello from afar\./);

    await spillway(home, "connect", "gemini-cli", "--undo");
    assert.equal(await readFile(file, "utf8"), own);
  });
});
