import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { at } from "../conformance/exchange.ts";
import { message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { invocation, isInvocation, onlySigned } from "../upstream/bedrock.ts";
import { converseApi } from "../upstream/converse.ts";
import { type Message, text, thinking, toolUse } from "../upstream/messages.ts";
import { listAt } from "../upstream/model-api.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { type ClaudeHome, claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";
import { openLab } from "./lab.ts";
import { issueKey, storeKey } from "./stored-key.ts";

const KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const SCOPE = { region: "ap-south-1", service: "bedrock" };
const MODEL = "in.anthropic.claude-opus-5-5";
const PROOF = "c2lnbmVkLWJ5LWNsYXVkZS1vbi1iZWRyb2Nr";

/** Writes a file, changes it, and says so. */
function task(file: string): readonly Message[] {
  const write = { file_path: file, content: "a draft ✓\n" };
  const edit = { command: "sed -i s/draft/text/ made.txt", description: "edit" };
  return [
    {
      content: [
        thinking("First the draft.", PROOF),
        text("I will write it."),
        toolUse("Write", write, "toolu_bdrk_write"),
      ],
    },
    { content: [toolUse("Bash", edit, "toolu_bdrk_edit")] },
    { content: [text("The file is made.")] },
  ];
}

function asksWithTools(request: RecordedRequest): boolean {
  return listAt(request.json(), "tools").length > 0;
}

/** A Bedrock on loopback that takes what is signed with the one key, and nothing else. */
async function startBedrock(): Promise<AnthropicUpstream> {
  const bedrock = await startAnthropicUpstream();
  bedrock.on(() => true, signed({ content: [text("Fine.")] }));
  return bedrock;
}

function signed(content: Message): Responder {
  return onlySigned(invocation(content), KEY, SCOPE);
}

function configFor({ url }: AnthropicUpstream): string {
  return `providers:\n  bedrock:\n    url: ${url}\n    aws: { region: ${SCOPE.region} }\n`;
}

const AWS = { AWS_ACCESS_KEY_ID: KEY.id, AWS_SECRET_ACCESS_KEY: KEY.secret };

async function assertDone(home: ClaudeHome, result: string, stderr: string): Promise<void> {
  assert.equal(result, "The file is made.", stderr);
  assert.equal(await readFile(join(home.work, "made.txt"), "utf8"), "a text ✓\n");
}

for (const claude of await claudes()) {
  const args = ["--allowedTools", "Bash,Write,Edit"];
  describe(`Claude Code ${claude.version} and Bedrock`, () => {
    it("S4-04: finishes a task over a Bedrock that checks every signature", async () => {
      await using bedrock = await startBedrock();
      await using lab = await openLab({ gateway: { config: configFor(bedrock), env: AWS } });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      bedrock.queue(asksWithTools, ...task(join(home.work, "made.txt")).map(signed));
      const outcome = await runClaude(claude, home, {
        prompt: "make a file",
        args: ["--model", `bedrock/${MODEL}`, ...args],
      });
      await assertDone(home, outcome.result, outcome.stderr);
      const turns = bedrock.requests.filter(asksWithTools);
      assert.equal(turns.length, 3);
      for (const turn of turns) {
        assert.equal(turn.target, `/model/${MODEL}/invoke-with-response-stream`);
        const body = turn.json();
        assert.equal(at(body, "model"), undefined);
        assert.equal(at(body, "stream"), undefined);
        assert.equal(at(body, "anthropic_version"), "bedrock-2023-05-31");
        assert.ok(listAt(body, "anthropic_beta").includes("claude-code-20250219"));
        assert.equal(turn.header("anthropic-beta"), undefined);
        assert.doesNotMatch(turn.rawHeaders.join(), /sk-ant/);
      }
      assert.ok(turns[1]?.body.includes(PROOF), "thinking is sent back");
    });

    it("finishes a task with another model of Bedrock's, by Converse", async () => {
      await using bedrock = await startBedrock();
      await using lab = await openLab({ gateway: { config: configFor(bedrock), env: AWS } });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const write = { file_path: join(home.work, "made.txt"), content: "a draft ✓\n" };
      const edit = { command: "sed -i s/draft/text/ made.txt", description: "edit" };
      const turns = [
        {
          reasoning: "First the draft.",
          proof: PROOF,
          calls: [{ id: "tooluse_w", name: "Write", input: write }],
        },
        { calls: [{ id: "tooluse_e", name: "Bash", input: edit }] },
        { text: "The file is made." },
      ];
      bedrock.queue(
        ({ body }) => body.includes("toolConfig"),
        ...turns.map((turn) => onlySigned(converseApi.answer(turn), KEY, SCOPE)),
      );
      const outcome = await runClaude(claude, home, {
        prompt: "make a file",
        args: ["--model", "bedrock/us.amazon.nova-2-lite-v1:0", ...args],
      });
      await assertDone(home, outcome.result, outcome.stderr);
      const asked = bedrock.requests.filter(({ target }) => target.endsWith("/converse-stream"));
      assert.deepEqual(converseApi.proofsIn(asked.at(-1)?.json()), [PROOF]);
    });

    it("S2-01, S4-09: comes in through Bedrock's shape, and is answered by Anthropic", async () => {
      await using lab = await openLab();
      await storeKey(lab.gateway);
      const { secret } = await issueKey(lab.gateway, { name: "me" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: "http://127.0.0.1:9",
        login: SUBSCRIPTION,
        env: inBedrocksShape(lab.url, secret),
      });
      lab.upstream.queue("main", ...task(join(home.work, "made.txt")).map((each) => message(each)));
      const outcome = await runClaude(claude, home, { prompt: "make a file", args });
      await assertDone(home, outcome.result, outcome.stderr);
      const [first] = lab.upstream.ofKind("main");
      assert.match(String(at(first?.json(), "model")), /^claude-/);
      assert.equal(at(first?.json(), "anthropic_version"), undefined);
      assert.match(first?.headers("anthropic-beta").join() ?? "", /tool-search-tool/);
    });

    it("comes in through Bedrock's shape, and is answered by Bedrock", async () => {
      await using bedrock = await startBedrock();
      await using lab = await openLab({ gateway: { config: configFor(bedrock), env: AWS } });
      const { secret } = await issueKey(lab.gateway, { name: "me" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: "http://127.0.0.1:9",
        login: SUBSCRIPTION,
        env: inBedrocksShape(lab.url, secret),
      });
      bedrock.queue(asksWithTools, ...task(join(home.work, "made.txt")).map(signed));
      const outcome = await runClaude(claude, home, { prompt: "make a file", args });
      await assertDone(home, outcome.result, outcome.stderr);
      const turns = bedrock.requests.filter(asksWithTools);
      assert.equal(turns.length, 3);
      assert.ok(listAt(turns[0]?.json(), "anthropic_beta").length > 0);
      assert.ok(turns.every(isInvocation));
    });

    it("is told which variable to set when it signs for AWS", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({
        claude,
        baseUrl: "http://127.0.0.1:9",
        login: SUBSCRIPTION,
        env: {
          CLAUDE_CODE_USE_BEDROCK: "1",
          ANTHROPIC_BEDROCK_BASE_URL: `${lab.url}/bedrock`,
          AWS_REGION: "us-east-1",
          ...AWS,
        },
      });
      const outcome = await runClaude(claude, home, { prompt: "make a file", args });
      assert.match(outcome.result, /CLAUDE_CODE_SKIP_BEDROCK_AUTH=1/, outcome.stderr);
      assert.equal(lab.upstream.requests.length, 0);
    });
  });
}

function inBedrocksShape(url: string, secret: string): Readonly<Record<string, string>> {
  return {
    CLAUDE_CODE_USE_BEDROCK: "1",
    CLAUDE_CODE_SKIP_BEDROCK_AUTH: "1",
    ANTHROPIC_BEDROCK_BASE_URL: `${url}/bedrock`,
    ANTHROPIC_CUSTOM_HEADERS: `x-spillway-key: ${secret}`,
    AWS_REGION: "us-east-1",
  };
}
