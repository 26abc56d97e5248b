import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { runProgram } from "../integration/program.ts";
import { json } from "../upstream/answer.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  BEARER,
  type ClaudeHome,
  claudes,
  makeClaudeHome,
  runClaude,
  SUBSCRIPTION,
} from "./claude.ts";
import { type HubLab, openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";
import { openTerminal, READY, type Terminal, terminalMissing } from "./terminal.ts";

const skip = await terminalMissing();
const { chat, messages } = PROVIDERS;
const DISCOVERY = { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1" };

for (const claude of await claudes()) {
  describe(`the picker of Claude Code ${claude.version}`, { skip }, () => {
    it("X-A10 shows what the gateway lists to a token, and the choice reaches its provider", async () => {
      await using hub = await openLab();
      await using home = await makeClaudeHome({
        claude,
        baseUrl: hub.url,
        login: BEARER,
        env: DISCOVERY,
      });
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await hub.lab.upstream.waitForRequest("models");
      const cached = await cacheWhen(home, /claude-spillway-afar/);
      assert.match(cached, /"claude-spillway-afar\/vendor\/some-model","display_name":"afar\//);
      // What is seeded for a saved login is there too (req:C-30).
      assert.match(cached, /"claude-opus-4-8\[1m\]","display_name":"Claude Opus 4\.8 \(1M/);
      await choose(terminal);
      await assertReaches(hub, terminal);
    });

    it("S1-076, req:C-30 shows a saved login what was seeded, and the choice reaches its provider", async () => {
      await using hub = await openLab();
      await using home = await makeClaudeHome({
        claude,
        baseUrl: hub.url,
        login: SUBSCRIPTION,
        env: DISCOVERY,
      });
      const seeded = await seed(hub, home, hub.url);
      assert.equal(seeded.code, 0, seeded.err);
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await choose(terminal);
      await assertReaches(hub, terminal);
      assert.equal(hub.lab.upstream.ofKind("models").length, 0, "it asks for no list by itself");
    });

    it("S1-070, S1-071 keeps its 1M beta to itself and Anthropic, and is answered by the name that it knows", async () => {
      await using hub = await openHubLab(messages);
      const answer = messages.api.answer({ text: "Hello from afar." });
      hub.provider.on(({ method }) => method === "POST", answer);
      await using home = await makeClaudeHome({ claude, baseUrl: hub.url, login: SUBSCRIPTION });
      const outcome = await runClaude(claude, home, {
        prompt: "good evening to you",
        args: ["--model", "claude-spillway-afar/some-model[1m]"],
      });
      assert.equal(outcome.result, "Hello from afar.", outcome.stderr);
      const sent = hub.lab.clientSide
        .exchanges()
        .filter(({ request }) => request.body.includes("good evening to you"));
      assert.ok(sent.some(({ request }) => /context-1m/.test(request.rawHeaders.join("\n"))));
      const turns = hub.turns();
      assert.ok(turns.length > 0);
      for (const turn of turns) {
        assert.equal(messages.api.modelOf(turn), messages.model);
        const beta = turn.header("anthropic-beta") ?? "";
        assert.match(beta, /claude-code-/);
        assert.doesNotMatch(beta, /context-1m/);
      }
    });

    it("S1-076 shows nothing of a cache for another spelling of the address", async () => {
      await using hub = await openLab();
      await using home = await makeClaudeHome({
        claude,
        baseUrl: hub.url,
        login: SUBSCRIPTION,
        env: DISCOVERY,
      });
      await seed(hub, home, `${hub.url}/`);
      await using terminal = await openTerminal(claude, home);
      await terminal.waitFor(READY);
      await terminal.submit("/model");
      const picker = await terminal.waitFor(/Select model/i);
      assert.doesNotMatch(picker, /afar/);
    });
  });
}

/** A lab whose other provider has a list of models. */
async function openLab(): Promise<HubLab> {
  const hub = await openHubLab(chat);
  hub.provider.on(
    ({ method, target }) => method === "GET" && target === "/api/v1/models",
    json(200, { data: [{ id: chat.model, object: "model", created: 1_764_000_000 }] }),
  );
  hub.provider.on(({ method }) => method === "POST", chat.api.answer({ text: "Hello from afar." }));
  return hub;
}

async function seed({ lab }: HubLab, home: ClaudeHome, baseUrl: string) {
  return await runProgram(["seed-models"], {
    home: home.home,
    env: {
      SPILLWAY_DATA_DIR: lab.gateway.dataDir,
      CLAUDE_CONFIG_DIR: home.configDir,
      ANTHROPIC_BASE_URL: baseUrl,
    },
  });
}

/** Goes down the list to the other provider's model and takes it. */
async function choose(terminal: Terminal): Promise<void> {
  await terminal.submit("/model");
  let row = await selectedRow(terminal);
  for (let moves = 0; moves < 25 && !row.includes("afar/"); moves += 1) {
    await terminal.press("Down");
    row = await selectedRow(terminal, row);
  }
  assert.match(row, /afar\/vendor\/some-model.*From gateway/);
  await terminal.pressUntil("Enter", /Set model to .*afar\/vendor\/some-model/);
}

/** The picker's row that is chosen, once it is another than that. */
async function selectedRow(terminal: Terminal, before = ""): Promise<string> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const [row = before] = /❯ \d+\. .*/.exec(await terminal.screen()) ?? [];
    if (row !== before) return row;
    if (Date.now() > deadline) throw new Error(`stays at ${row} on:\n${await terminal.screen()}`);
    await sleep(50);
  }
}

async function assertReaches({ provider, lab }: HubLab, terminal: Terminal): Promise<void> {
  await terminal.submit("good evening to you");
  await terminal.waitFor(/Hello from afar\./);
  const asked = await provider.waitForRequest(
    ({ method, body }) => method === "POST" && body.includes("good evening to you"),
  );
  assert.match(asked.target, chat.target);
  const body = asked.json();
  assert.equal(isObject(body) && body["model"], chat.model);
  const records = await lab.records((all) =>
    all.some(({ provider: by, finish }) => by === "afar" && finish === "complete"),
  );
  assert.ok(records.length > 0);
}

async function cacheWhen({ configDir }: ClaudeHome, pattern: RegExp): Promise<string> {
  const file = join(configDir, "cache", "gateway-models.json");
  const deadline = Date.now() + 20_000;
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (pattern.test(text)) return text;
    if (Date.now() > deadline) throw new Error(`${pattern} did not appear in:\n${text}`);
    await sleep(50);
  }
}
