import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { at } from "../conformance/exchange.ts";
import { message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Entra, startEntra } from "../upstream/entra.ts";
import { type Message, text, thinking, toolUse } from "../upstream/messages.ts";
import { type ModelTurn, offersTools } from "../upstream/model-api.ts";
import { responsesApi } from "../upstream/responses.ts";
import { type ClaudeHome, claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";
import { type Lab, openLab } from "./lab.ts";
import { issueKey } from "./stored-key.ts";

const FOUNDRY_SCOPE = "https://ai.azure.com/.default";
const AZURE_SCOPE = "https://cognitiveservices.azure.com/.default";
const PROOF = "c2lnbmVkLWJ5LWNsYXVkZS1pbi1mb3VuZHJ5";
const SECRET = "entra~client.secret";

/** Azure on loopback, where only tokens of its Entra get in, and a gateway that has the application's secret. */
interface Cloud extends AsyncDisposable {
  readonly azure: AnthropicUpstream;
  readonly entra: Entra;
  readonly lab: Lab;
}

async function openCloud(): Promise<Cloud> {
  await using opened = new AsyncDisposableStack();
  const azure = opened.use(await startAnthropicUpstream());
  const entra = opened.use(await startEntra({ secret: SECRET }));
  azure.on(() => true, entra.guard(message({ content: [text("Fine.")] }), FOUNDRY_SCOPE));
  const providers = {
    foundry: {
      url: `${azure.url}/anthropic`,
      azure: { authority: entra.url, deployments: { "my-opus": "claude-opus-5-5" } },
    },
    azure: {
      url: `${azure.url}/openai/v1`,
      azure: { authority: entra.url, deployments: { fast: "gpt-5-mini" } },
    },
  };
  const { tenant, client } = entra;
  const env = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: SECRET };
  const lab = opened.use(
    await openLab({ gateway: { config: JSON.stringify({ providers }), env } }),
  );
  const owned = opened.move();
  return {
    azure,
    entra,
    lab,
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

/** Writes a file, changes it, and says so. */
function steps(file: string) {
  return [
    { name: "Write", input: { file_path: file, content: "a draft ✓\n" } },
    { name: "Bash", input: { command: "sed -i s/draft/text/ made.txt", description: "edit" } },
  ] as const;
}

function inClaude(file: string): readonly Message[] {
  const [write, edit] = steps(file);
  return [
    {
      content: [
        thinking("First the draft.", PROOF),
        text("I will write it."),
        toolUse(write.name, write.input, "toolu_fndry_write"),
      ],
    },
    { content: [toolUse(edit.name, edit.input, "toolu_fndry_edit")] },
    { content: [text("The file is made.")] },
  ];
}

function inResponses(file: string): readonly ModelTurn[] {
  const calls = steps(file).map((step, i) => ({ id: `call_${i}`, ...step }));
  return [...calls.map((call) => ({ calls: [call] })), { text: "The file is made." }];
}

async function assertDone(home: ClaudeHome, result: string, stderr: string): Promise<void> {
  assert.equal(result, "The file is made.", stderr);
  assert.equal(await readFile(join(home.work, "made.txt"), "utf8"), "a text ✓\n");
}

for (const claude of await claudes()) {
  const args = ["--allowedTools", "Bash,Write,Edit"];
  describe(`Claude Code ${claude.version} and Azure`, () => {
    it("S4-04: finishes a task over a Foundry that checks every token", async () => {
      await using cloud = await openCloud();
      const { azure, entra, lab } = cloud;
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const answers = inClaude(join(home.work, "made.txt")).map((each) => message(each));
      azure.queue(offersTools, ...answers.map((each) => entra.guard(each, FOUNDRY_SCOPE)));
      const outcome = await runClaude(claude, home, {
        prompt: "make a file",
        args: ["--model", "foundry/my-opus", ...args],
      });
      await assertDone(home, outcome.result, outcome.stderr);
      const turns = azure.requests.filter(offersTools);
      assert.equal(turns.length, 3);
      for (const turn of turns) {
        assert.match(turn.target, /^\/anthropic\/v1\/messages(?:\?beta=true)?$/);
        assert.equal(at(turn.json(), "model"), "my-opus");
        assert.match(turn.header("anthropic-beta") ?? "", /claude-code-20250219/);
        assert.doesNotMatch(turn.rawHeaders.join(), /sk-ant/);
      }
      assert.ok(turns[1]?.body.includes(PROOF), "thinking is sent back");
      assert.equal(entra.tokens.length, 1);
    });

    it("S4-04: finishes a task over an Azure OpenAI that checks every token", async () => {
      await using cloud = await openCloud();
      const { azure, entra, lab } = cloud;
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const guarded = (turn: ModelTurn): Responder =>
        entra.guard(responsesApi.answer(turn), AZURE_SCOPE);
      azure.on(({ target }) => target.startsWith("/openai"), guarded({ text: "Fine." }));
      azure.queue(offersTools, ...inResponses(join(home.work, "made.txt")).map(guarded));
      const outcome = await runClaude(claude, home, {
        prompt: "make a file",
        args: ["--model", "azure/fast", ...args],
      });
      await assertDone(home, outcome.result, outcome.stderr);
      const turns = azure.requests.filter(offersTools);
      assert.equal(turns.length, 3);
      for (const turn of turns) {
        assert.equal(turn.target, "/openai/v1/responses");
        assert.equal(at(turn.json(), "model"), "fast");
      }
    });

    it("S2-01: comes in as it would to Foundry, and is answered by it", async () => {
      await using cloud = await openCloud();
      const { azure, entra, lab } = cloud;
      const { secret } = await issueKey(lab.gateway, { name: "me" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: "http://127.0.0.1:9",
        login: SUBSCRIPTION,
        env: {
          CLAUDE_CODE_USE_FOUNDRY: "1",
          ANTHROPIC_FOUNDRY_BASE_URL: lab.url,
          ANTHROPIC_FOUNDRY_API_KEY: secret,
        },
      });
      const answers = inClaude(join(home.work, "made.txt")).map((each) => message(each));
      azure.queue(offersTools, ...answers.map((each) => entra.guard(each, FOUNDRY_SCOPE)));
      const outcome = await runClaude(claude, home, {
        prompt: "make a file",
        args: ["--model", "foundry/my-opus", ...args],
      });
      await assertDone(home, outcome.result, outcome.stderr);
      assert.equal(azure.requests.filter(offersTools).length, 3);
      assert.equal(lab.upstream.ofKind("main").length, 0);
    });
  });
}
