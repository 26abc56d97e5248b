import assert from "node:assert/strict";
import {
  events,
  eventually,
  explain,
  finishedEvent,
  type HttpAnswer,
  idOf,
} from "../../fault/rig.ts";
import { storeKey } from "../../overflow/rig.ts";
import { failure, json, message, messageThenError, unifiedHeaders } from "../../upstream/answer.ts";
import { text } from "../../upstream/messages.ts";
import type { RecordedRequest } from "../../upstream/recorded-request.ts";
import { completion, type Other, type RoutingBench } from "../rig.ts";
import { always, asked, type Case, failing, leave, type Stage } from "./stage.ts";

const STORED = "sk-ant-api03-of-the-organisation";
const LOST = { content: [text("lost")] };
const OVERLOADED = failure(529, "busy");
const isSession = (seen: RecordedRequest) => seen.header("authorization") !== undefined;
const isKey = (seen: RecordedRequest) => seen.header("x-api-key") === STORED;
const FULL = failure(429, "the plan is full", unifiedHeaders({ status: "rejected", fiveHour: 1 }));
const streamed = { body: { stream: true } };

/** One of the others refuses, and the next has its turn or not. */
function refusing(name: string, status: number, error: object, chain = "openrouter/qwen"): Case {
  return {
    name,
    async run(bench) {
      bench.script("groq", () => ({ status, json: { error } }));
      return await asked(bench, `groq/${name}`, { chain });
    },
  };
}

/** It fails so often, then it answers. */
function recovers(bench: RoutingBench, other: Other, ...failures: readonly object[]): void {
  let at = 0;
  bench.script(other, () => {
    const next = failures[at];
    at += 1;
    return next ?? completion(other, { model: "m" });
  });
}

export const ATTEMPTS: Stage = {
  options: {
    config: `
  down: { kind: openai, url: "http://127.0.0.1:1/v1", key: "env:KEY_OF_OPENAI" }
budgets: { allowUnpriced: true }
timeouts: { headers: 3s }
routing:
  slowStart: { firstToken: 1s }
  retry: { repetitions: 1, wait: 2s }
  aliases: { again: groq/again, denied: claude-denied }
  models:
    coding:
      targets:
        - { model: claude-opus-4-8, pays: session }
        - { model: claude-opus-4-8, pays: key }
        - openrouter/anthropic/claude-opus-4.8
    dead: { targets: [groq/dead, openai/dead] }
`,
  },
  prepare: async ({ gateway }) => {
    await storeKey(gateway, STORED);
  },
  cases: [
    { name: "first", run: async (bench) => await asked(bench, "claude-opus-4-8") },
    {
      name: "asked-again",
      async run(bench) {
        recovers(bench, "groq", { status: 503, json: { error: { message: "down" } } });
        return await asked(bench, "again", { chain: "" });
      },
    },
    {
      name: "retry-after",
      async run(bench) {
        bench.anthropic.queue(always, failure(429, "slow down", ["retry-after", "1"]));
        return await asked(bench, "claude-waits");
      },
    },
    { name: "unreachable", run: async (bench) => await asked(bench, "down/gpt-x") },
    failing("server", failure(500, "boom")),
    failing("overloaded", OVERLOADED),
    failing("timeout", message(LOST, { headDelayMs: 30_000 })),
    failing("slow", message(LOST, { headDelayMs: 30_000 }), streamed),
    failing("reset", message(LOST, { breakBeforeHead: "reset" })),
    failing("malformed", json(200, "sign in")),
    failing(
      "error-in-stream",
      messageThenError(LOST, 1, { type: "overloaded_error", message: "busy" }),
      streamed,
    ),
    refusing("authentication", 401, { message: "Invalid API key", code: "invalid_api_key" }),
    refusing("permission", 403, { message: "no" }),
    refusing("billing", 402, { message: "no money" }),
    refusing("rate-limit", 429, { message: "slow down", code: "rate_limit_exceeded" }),
    refusing("quota", 429, { message: "used up", code: "insufficient_quota" }),
    refusing("not-found", 404, { message: "no such model", code: "model_not_found" }),
    refusing("invalid-request", 400, { message: "no such field" }),
    refusing("too-large", 413, { message: "too large" }),
    refusing("context-overflow", 400, { message: "too long", code: "context_length_exceeded" }),
    refusing("thinking-refused", 400, { message: "Invalid `signature` in `thinking` block" }),
    {
      name: "unsayable",
      run: async (bench) =>
        await asked(bench, "groq/unsayable", {
          chain: "claude-opus-4-8",
          body: { thread: { id: "thread_1" } },
        }),
    },
    {
      name: "exhausted",
      async run(bench) {
        bench.anthropic.on(always, OVERLOADED);
        bench.script("groq", () => ({ status: 500, json: { error: { message: "down" } } }));
        return await asked(bench, "claude-exhausted", { chain: "groq/exhausted" });
      },
    },
    {
      name: "all-keys-dead",
      async run(bench) {
        bench.script("groq", () => ({ status: 401, json: { error: { message: "no" } } }));
        bench.script("openai", () => ({ status: 403, json: { error: { message: "no" } } }));
        return await asked(bench, "dead", { chain: "" });
      },
    },
    {
      name: "repetition-denied",
      async run(bench) {
        bench.anthropic.on(always, failure(429, "slow down", ["retry-after", "2"]));
        const all = await Promise.all(
          Array.from({ length: 6 }, async () => await asked(bench, "denied", { chain: "" })),
        );
        return await withNext(bench, all, "denied");
      },
    },
    {
      name: "session-key-other",
      async run(bench) {
        bench.anthropic.on(isSession, FULL);
        bench.anthropic.on(isKey, OVERLOADED);
        return await asked(bench, "coding", { chain: "" });
      },
    },
    {
      name: "overflow-failed",
      async run(bench) {
        bench.anthropic.on(isSession, FULL);
        bench.anthropic.on(isKey, failure(401, "no such key"));
        const headers = { "x-spillway-overflow": "byok" };
        return await asked(bench, "claude-spills", { chain: "", headers });
      },
    },
    {
      name: "held",
      async run(bench) {
        bench.anthropic.on(always, message({ content: [text("late")] }, { pieceDelayMs: 400 }));
        return await asked(bench, "claude-held", streamed);
      },
    },
    {
      name: "broken-off",
      async run(bench) {
        const long = { content: [text("y".repeat(3_000))] };
        bench.anthropic.on(always, message(long, { resetAfterBytes: 2_500 }));
        return await asked(bench, "claude-broken", streamed);
      },
    },
    {
      name: "client-left",
      async run(bench) {
        bench.anthropic.on(always, message(LOST, { headDelayMs: 30_000 }));
        await leave(bench, "claude-left", "leaves", 500);
        return await leftBy(bench, "leaves");
      },
    },
    {
      name: "amended",
      async run(bench) {
        const told =
          "`max_tokens` must be less than or equal to `32`, the maximum value for `max_tokens` is less than the `context_window` for this model";
        recovers(bench, "groq", {
          status: 400,
          json: { error: { message: told, type: "invalid_request_error", param: "max_tokens" } },
        });
        return await asked(bench, "groq/amended");
      },
    },
  ],
};

/** The one of several answers of which this is on record. */
async function withNext(
  bench: RoutingBench,
  answers: readonly HttpAnswer[],
  next: string,
): Promise<HttpAnswer> {
  for (const answer of answers) {
    await finishedEvent(bench.gateway, idOf(answer));
    const record = await explain(bench.gateway, idOf(answer));
    if (JSON.stringify(record["route"]).includes(`"next":"${next}"`)) return answer;
  }
  assert.fail(`none is ${next}`);
}

/** As if it had been answered: only its id is known. */
async function leftBy({ gateway }: RoutingBench, sessionId: string): Promise<HttpAnswer> {
  const found = await eventually(
    async () =>
      (await events(gateway)).find(
        ({ session_id: id, finish }) => id === sessionId && finish !== null,
      ),
    "the exchange that was left",
  );
  return {
    status: 0,
    reason: "",
    headers: { "x-spillway-request-id": String(found["id"]) },
    rawHeaders: [],
    body: Buffer.alloc(0),
    complete: false,
  };
}
