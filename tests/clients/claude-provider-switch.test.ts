import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { invocation, onlySigned } from "../upstream/bedrock.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { type Message, text, thinking, toolUse } from "../upstream/messages.ts";
import { messagesApi } from "../upstream/messages-api.ts";
import { offersTools } from "../upstream/model-api.ts";
import { responsesApi } from "../upstream/responses.ts";
import { claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";
import { openLab } from "./lab.ts";
import { assertHasNone, CLAUDE_PROOFS, ownThinkingOnly, SEAL } from "./own-thinking.ts";

const MODEL = "claude-opus-5-5";
const KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const SCOPE = { region: "us-east-1", service: "bedrock" };
const OPENAI_PROOF = "Z0FBQUFBQm8tb3BlbmFpLXJlYXNvbmluZw==";
const [FIRST, SECOND] = CLAUDE_PROOFS;
const CALL = { name: "Bash", input: { command: "echo looked", description: "look" } } as const;

/** The file of a gateway that runs, in which the operator writes who answers for Opus. */
class Configuration implements AsyncDisposable {
  readonly file: string;
  readonly #folder: string;
  readonly #afar: AnthropicUpstream;
  #reloads = 0;

  private constructor(folder: string, afar: AnthropicUpstream) {
    this.#folder = folder;
    this.file = join(folder, "spillway.yaml");
    this.#afar = afar;
  }

  static async make(afar: AnthropicUpstream): Promise<Configuration> {
    const folder = await mkdtemp(join(tmpdir(), "spillway-switch-"));
    const configuration = new Configuration(folder, afar);
    await configuration.#write(MODEL);
    return configuration;
  }

  /** Resolves once the gateway has it. */
  async switchTo(model: string, gateway: Gateway): Promise<void> {
    await this.#write(model);
    this.#reloads += 1;
    for (let waited = 0; waited < 20_000; waited += 50) {
      const seen = gateway.stdout().split('"config.reloaded"').length - 1;
      if (seen >= this.#reloads) return;
      await sleep(50);
    }
    throw new Error(`${model} is not in force:\n${gateway.stdout()}`);
  }

  async #write(model: string): Promise<void> {
    const { url } = this.#afar;
    const config = {
      providers: {
        bedrock: { url: `${url}/aws`, aws: { region: SCOPE.region } },
        openai: { url: `${url}/v1`, key: "env:AFAR_KEY" },
      },
      routing: { tiers: { opus: model } },
      limits: { loopDelay: "30s" },
    };
    // JSON is YAML too. Nobody reads half of a file.
    await writeFile(`${this.file}.new`, JSON.stringify(config));
    await rename(`${this.file}.new`, this.file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function step(proof: string, id: string): Message {
  return { content: [thinking("Look.", proof), toolUse(CALL.name, CALL.input, id)] };
}

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} whose provider is changed behind it`, () => {
    it("S2-06: goes from Anthropic to Bedrock to OpenAI and back in one turn, and does not know", async () => {
      await using afar = await startAnthropicUpstream();
      await using configuration = await Configuration.make(afar);
      await using lab = await openLab({
        gateway: {
          env: {
            SPILLWAY_CONFIG: configuration.file,
            AWS_ACCESS_KEY_ID: KEY.id,
            AWS_SECRET_ACCESS_KEY: KEY.secret,
            AFAR_KEY: "key-of-the-openai-account",
          },
        },
      });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      /** The next request of the session goes there; what runs ends where it began. */
      const before = (model: string, responder: Responder): Responder => {
        return async (request, serial) => {
          await configuration.switchTo(model, lab.gateway);
          return await responder(request, serial);
        };
      };
      const bedrock = onlySigned(invocation(step(SECOND, "toolu_2")), KEY, SCOPE);
      const openai = responsesApi.answer({
        reasoning: "Look.",
        proof: OPENAI_PROOF,
        calls: [{ id: "call_3", ...CALL }],
      });
      lab.upstream.queue(
        "main",
        before(`bedrock/us.anthropic.${MODEL}`, message(step(FIRST, "toolu_1"))),
        ownThinkingOnly(message({ content: [text("All looked.")] })),
      );
      afar.queue(offersTools, before("openai/gpt-5.5", bedrock), before(MODEL, openai));

      const outcome = await runClaude(claude, home, {
        prompt: "look around",
        args: ["--model", MODEL, "--allowedTools", "Bash"],
      });
      assert.equal(outcome.result, "All looked.", outcome.stderr);
      assert.equal(outcome.exitCode, 0);

      const [atBedrock, atOpenAi] = afar.requests.filter(offersTools);
      assert.match(
        atBedrock?.target ?? "",
        /^\/aws\/model\/us\.anthropic\.claude-opus-5-5\/invoke/,
      );
      assert.equal(atOpenAi?.target, "/v1/responses");
      const [, last] = lab.upstream.ofKind("main");
      assert.equal(lab.upstream.ofKind("main").length, 2, "nothing was asked twice");
      assert.deepEqual(messagesApi.proofsIn(atBedrock?.json()), [FIRST]);
      assertHasNone(atOpenAi.body, [SEAL, ...CLAUDE_PROOFS, SUBSCRIPTION.value]);
      assert.deepEqual(messagesApi.proofsIn(last?.json()), CLAUDE_PROOFS);
      assertHasNone(last?.body ?? Buffer.alloc(0), [SEAL, OPENAI_PROOF]);
      const records = await lab.records((all) => all.length >= 4);
      assert.deepEqual(
        records.filter(({ status }) => status !== 200).map(({ operation }) => operation),
        [],
      );
    });
  });
}
