import { setTimeout as sleep } from "node:timers/promises";
import { explain, finishedEvent, idOf } from "../../fault/rig.ts";
import type { ScriptedAnswer } from "../../integration/scripted-upstream.ts";
import { message } from "../../upstream/answer.ts";
import { text } from "../../upstream/messages.ts";
import { type Other, type RoutingBench, session, textOf } from "../rig.ts";
import { always, asked, type Stage } from "./stage.ts";

const limited = (other: string, limits: string) => [
  `key: env:KEY_OF_${other}`,
  `limits: ${limits}`,
];

/** Upstreams whose limits are kept. */
export const QUEUES: Stage = {
  options: {
    entries: {
      groq: limited("GROQ", "{ requestsPerMinute: 1, wait: 1s }"),
      openai: limited("OPENAI", "{ concurrency: 1, wait: 20s }"),
    },
    config:
      "budgets: { allowUnpriced: true }\nrouting:\n  models:\n    both: { targets: [groq/llama-4, openrouter/qwen] }\n  aliases: { one: openai/one }\n",
  },
  cases: [
    {
      name: "busy",
      async run(bench) {
        await asked(bench, "both", { chain: "" });
        return await asked(bench, "both", { chain: "" });
      },
    },
    {
      name: "busy-everywhere",
      run: async (bench) => await asked(bench, "groq/llama-4", { chain: "" }),
    },
    {
      name: "queued",
      async run(bench) {
        bench.script("openai", () => ({ ...answering("openai", 0), afterMs: 400 }));
        const token = session();
        const first = asked(bench, "one", { chain: "", token });
        await sleep(100);
        const second = await asked(bench, "one", { chain: "", token });
        await first;
        return second;
      },
    },
  ],
};

/** A plan that is nearly full from the first answer on. */
export const REDIRECTED: Stage = {
  options: {
    config: `
redirect:
  to: openrouter
  models: { opus: there, sonnet: "", haiku: there }
`,
  },
  cases: [
    {
      name: "redirected",
      async run(bench) {
        const token = await nearlyFull(bench);
        return await asked(bench, "claude-opus-4-8", { chain: "", token });
      },
    },
    {
      name: "no-substitute",
      async run(bench) {
        const token = await nearlyFull(bench);
        return await asked(bench, "claude-sonnet-4-6", { chain: "groq/llama-4", token });
      },
    },
  ],
};

async function nearlyFull(bench: RoutingBench): Promise<string> {
  const token = session();
  const prefix = "anthropic-ratelimit-unified";
  const fields = [`${prefix}-5h-utilization`, "0.95", `${prefix}-7d-utilization`, "0.1"];
  bench.anthropic.queue(always, message({ content: [text("nearly")] }, {}, fields));
  await asked(bench, "claude-opus-4-8", { chain: "", token });
  return token;
}

/** Names that nobody knows are refused here. */
export const KNOWN_NAMES: Stage = {
  options: { config: "routing: { unknown: refuse }\n" },
  cases: [
    {
      name: "unknown-model",
      run: async (bench) => await asked(bench, "llama-of-nobody", { chain: "" }),
    },
  ],
};

const PLACES: readonly Other[] = ["groq", "openai"];
const TOKEN = session();

/** Sessions that have their prompt in a cache. */
export const WARM: Stage = {
  options: {
    config: `
routing:
  models:
    spread: { strategy: round_robin, targets: [groq/llama-3.3-70b-versatile, openai/gpt-4o] }
  affinity: { worth: "0.01" }
`,
  },
  cases: [
    {
      name: "cache-stayed",
      async run(bench) {
        const id = await atGroq(bench, "stays");
        for (;;) {
          const answer = await turn(bench, id);
          const { route } = await explain(bench.gateway, idOf(answer));
          if (JSON.stringify(route).includes("stays at")) return answer;
        }
      },
    },
    {
      name: "cache-waited",
      async run(bench) {
        const id = await atGroq(bench, "waits");
        let refusals = 0;
        bench.script("groq", () => {
          refusals += 1;
          return refusals === 1 ? TOO_MANY : answering("groq", 90_000);
        });
        return await turn(bench, id);
      },
    },
    {
      name: "cache-left",
      async run(bench) {
        const id = await atGroq(bench, "leaves");
        bench.script("groq", () => ({ status: 503, json: { error: { message: "down" } } }));
        return await turn(bench, id);
      },
    },
  ],
};

/** A session that the turns brought to groq. */
async function atGroq(bench: RoutingBench, name: string): Promise<string> {
  for (const place of PLACES) bench.script(place, () => answering(place, 90_000));
  for (let n = 0; ; n += 1) {
    const id = `${name} ${n}`;
    if (textOf(await turn(bench, id)) === "From groq.") return id;
  }
}

const TOO_MANY: ScriptedAnswer = {
  status: 429,
  headers: { "retry-after": "3" },
  json: { error: { message: "too many", type: "rate_limit_error" } },
};

async function turn(bench: RoutingBench, id: string) {
  const headers = { "x-claude-code-session-id": id };
  const answer = await asked(bench, "spread", { chain: "", token: TOKEN, headers });
  await finishedEvent(bench.gateway, idOf(answer));
  return answer;
}

/** Most of the prompt was read from the place's cache. */
function answering(place: Other, cached: number): ScriptedAnswer {
  const said = { role: "assistant", content: `From ${place}.` };
  const usage = {
    prompt_tokens: 91_000,
    completion_tokens: 100,
    total_tokens: 91_100,
    prompt_tokens_details: { cached_tokens: cached },
  };
  const choices = [{ index: 0, message: said, finish_reason: "stop" }];
  return { json: { id: "chatcmpl-1", object: "chat.completion", created: 1, choices, usage } };
}
