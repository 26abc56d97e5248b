import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { at } from "../conformance/exchange.ts";
import { adjusted, type Responder } from "../upstream/answer.ts";
import { offersTools } from "../upstream/model-api.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import {
  type Claude,
  type ClaudeHome,
  type ClaudeOutcome,
  claudes,
  makeClaudeHome,
  runClaude,
} from "./claude.ts";
import { type HubLab, openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";

const { chat } = PROVIDERS;
const { api } = chat;
const OVERFLOW =
  "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens.";
const LONG = api.answer({ text: "This text is never told to its end, whatever happens." });
const BROKEN: Readonly<Record<string, Responder>> = {
  "is cut off in the middle": adjusted(LONG, { delivery: { cutAfterBytes: 900 } }),
  "is reset in the middle": adjusted(LONG, { delivery: { resetAfterBytes: 900 } }),
  "ends early as if nothing were missing": async (request, serial) => {
    const answer = await LONG(request, serial);
    return { ...answer, pieces: answer.pieces.slice(0, 4) };
  },
};

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} when another provider fails`, () => {
    it("is told that its prompt is too long in the words that it knows", async () => {
      await using hub = await openHubLab(chat);
      hub.provider.on(offersTools, api.failure(400, "context_length_exceeded", OVERFLOW));
      const outcome = await sayHi(claude, hub);

      assert.equal(outcome.exitCode, 1);
      assert.match(outcome.result, /^Prompt is too long .*\b150000 tokens \(limit 128000\)/);
    });

    it("compacts its conversation when that no longer fits, and carries on", async () => {
      await using hub = await openHubLab(chat);
      await using home = await openHome(claude, hub);
      const args = ["--model", hub.model, "--allowedTools", "Bash"];
      hub.provider.queue(offersTools, look(1), look(2), api.answer({ text: "I have looked." }));
      const first = await runClaude(claude, home, { prompt: "look around", args });
      assert.equal(first.result, "I have looked.", first.stderr);
      const before = hub.turns().length;
      hub.provider.on(offersTools, api.answer({ text: "I carry on." }));
      hub.provider.on(asksForSummary, api.answer({ text: "<summary>Nothing there.</summary>" }));
      hub.provider.queue(
        offersTools,
        look(3),
        api.failure(400, "context_length_exceeded", OVERFLOW),
      );
      const resume = ["--resume", String(first.events.at(-1)?.["session_id"])];
      const second = await runClaude(claude, home, { prompt: "go on", args: [...args, ...resume] });

      assert.equal(second.result, "I carry on.", second.stderr);
      assert.equal(second.exitCode, 0);
      assert.ok(second.events.some(({ subtype }) => subtype === "compact_boundary"));
      const later = hub.turns().slice(before);
      assert.deepEqual(later.map(asksForSummary), [false, false, true, false]);
      assert.ok(later.at(-1)?.body.includes("Nothing there."), "the summary is what goes on");
    });

    it("asks for a shorter answer where the conversation fits, and only the answer's room does not", async () => {
      await using hub = await openHubLab(chat);
      const words =
        "This model's maximum context length is 65536 tokens. However, you requested 72000 tokens (40000 in the messages, 32000 in the completion).";
      hub.provider.queue(
        offersTools,
        api.failure(400, "context_length_exceeded", words),
        api.answer({ text: "Hello." }),
      );
      const outcome = await sayHi(claude, hub);

      assert.equal(outcome.result, "Hello.", outcome.stderr);
      const [first, second] = hub.turns().map((turn) => Number(at(turn.json(), "max_tokens")));
      assert.ok(first !== undefined && second !== undefined);
      assert.ok(second < first && second <= 65_536 - 40_000, `${second} after ${first}`);
    });

    it("leaves its thinking out where the provider does not take it back, and carries on", async () => {
      const { responses } = PROVIDERS;
      await using hub = await openHubLab(responses);
      await using home = await openHome(claude, hub);
      const args = ["--model", hub.model];
      const thought = { reasoning: "Hm.", proof: "cHJvb2Y=", text: "I thought." };
      hub.provider.queue(offersTools, responses.api.answer(thought));
      const first = await runClaude(claude, home, { prompt: "think", args });
      const words = "The encrypted content for item rs_1 could not be verified.";
      const refusal = responses.api.failure(400, "invalid_encrypted_content", words);
      hub.provider.on(offersTools, (request, serial) =>
        responses.api.proofsIn(request.json()).length > 0
          ? refusal(request, serial)
          : responses.api.answer({ text: "I carry on." })(request, serial),
      );
      const resume = ["--resume", String(first.events.at(-1)?.["session_id"])];
      const second = await runClaude(claude, home, { prompt: "go on", args: [...args, ...resume] });

      assert.equal(second.result, "I carry on.", second.stderr);
      assert.equal(second.exitCode, 0);
      assert.equal(hub.turns().length, 3);
    });

    it("waits as long as the provider asks", async () => {
      await using hub = await openHubLab(chat);
      const busy = api.failure(429, "rate_limit_exceeded", "Slow down.", ["retry-after", "2"]);
      hub.provider.queue(offersTools, busy, api.answer({ text: "Hello." }));
      const outcome = await sayHi(claude, hub);

      assert.equal(outcome.result, "Hello.", outcome.stderr);
      const [first, second] = hub.turns();
      assert.ok(first !== undefined && second !== undefined);
      const waitedMs = second.at - first.at;
      assert.ok(waitedMs >= 2000, `it waited ${waitedMs} ms`);
      assert.equal(hub.turns().length, 2);
    });

    for (const [how, broken] of Object.entries(BROKEN)) {
      it(`does not take a stream for whole that ${how}`, async () => {
        await using hub = await openHubLab(chat);
        hub.provider.queue(offersTools, broken, api.answer({ text: "Hello again." }));
        const outcome = await sayHi(claude, hub);

        assert.equal(outcome.result, "Hello again.", outcome.stderr);
        assert.equal(hub.turns().length, 2);
        const records = await hub.records(2);
        assert.deepEqual(
          records.map(({ finish }) => finish),
          ["upstream_lost", "complete"],
        );
      });
    }

    it("says at once that the organisation's key is refused, and shows nothing of it", async () => {
      await using hub = await openHubLab(chat);
      const words = `Incorrect API key provided: ${hub.providerKey}.`;
      hub.provider.on(offersTools, api.failure(401, "invalid_api_key", words));
      const outcome = await sayHi(claude, hub);

      assert.equal(outcome.exitCode, 1);
      assert.match(outcome.result, /Spillway: .*\(stored_key_refused\)$/);
      assert.equal(hub.turns().length, 1);
      const said = hub.lab.clientSide.connections.map((connection) => connection.down()).join("");
      assert.ok(!said.includes(hub.providerKey), "the client was shown the key");
    });
  });
}

async function openHome(claude: Claude, hub: HubLab): Promise<ClaudeHome> {
  const login = { kind: "bearer", value: hub.issued.secret } as const;
  return await makeClaudeHome({ claude, baseUrl: hub.url, login });
}

async function sayHi(claude: Claude, hub: HubLab): Promise<ClaudeOutcome> {
  await using home = await openHome(claude, hub);
  return await runClaude(claude, home, { prompt: "say hi", args: ["--model", hub.model] });
}

/** A call whose result is long enough to be worth a summary. */
function look(count: number): Responder {
  const command = "head -c 20000 /dev/zero | tr '\\0' x";
  return api.answer({
    calls: [{ id: `call_${count}`, name: "Bash", input: { command, description: "look" } }],
  });
}

/** How both versions ask for a summary of the conversation so far. */
function asksForSummary({ body }: RecordedRequest): boolean {
  return body.includes("CRITICAL: Respond with TEXT ONLY");
}
