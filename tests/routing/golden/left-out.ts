import type { HttpAnswer } from "../../fault/rig.ts";
import { call, eventually } from "../../fault/rig.ts";
import { makeKey, storeKey } from "../../overflow/rig.ts";
import { failure, message, unifiedHeaders } from "../../upstream/answer.ts";
import { text } from "../../upstream/messages.ts";
import { type RoutingBench, session } from "../rig.ts";
import { always, asked, PRICED, type Stage } from "./stage.ts";

const STORED = "sk-ant-api03-of-the-organisation";
const DOWN = { status: 503, json: { error: { message: "down" } } };

/** A Spillway key of these settings, with or without a subscription beside it. */
async function keyed(
  { gateway }: RoutingBench,
  fields: Parameters<typeof makeKey>[1],
): Promise<Readonly<Record<string, string>>> {
  const { secret } = await makeKey(gateway, fields);
  return { "x-spillway-key": secret };
}

export const LEFT_OUT_STAGE: Stage = {
  options: {
    config: (anthropic) => `
residency:
  endpoints:
    - { url: "${anthropic}", place: eu, guarantee: contract, source: a page, verified: 2026-11-01 }
prices:
  - { model: groq/cheap, input: "0.1", output: "0.2" }
  - { model: openrouter/there, input: "1", output: "2" }
routing:
  health: { failures: 2, pause: 1s, cooldown: 60s }
  rules:
    - { name: no-fable, model: "claude-fable-*", refuse: Not here. }
    - { name: renamed, model: claude-ruled, to: groq/cheap }
  aliases: { fast: ${PRICED} }
  models:
    coding:
      targets:
        - { model: claude-opus-4-8, pays: session }
        - { model: claude-opus-4-8, pays: key }
    words: { targets: [claude-opus-4-8, openai/text-embedding-3-small] }
    pool: { targets: [groq/pool, openrouter/there] }
    rests: { targets: [groq/rests, openrouter/there] }
    probes: { targets: [groq/probes, openrouter/there] }
    cools: { targets: [groq/cools, openrouter/there] }
`,
  },
  prepare: async ({ gateway }) => {
    await storeKey(gateway, STORED);
  },
  cases: [
    {
      name: "residency",
      run: async (bench) =>
        await asked(bench, "groq/cheap", {
          chain: "claude-opus-4-8",
          headers: { "x-spillway-data-policy": "eu_only" },
        }),
    },
    {
      name: "allow-list",
      async run(bench) {
        const headers = await keyed(bench, { models: ["groq/*"] });
        return await asked(bench, "groq/cheap", { chain: "openrouter/there", headers });
      },
    },
    {
      name: "operation",
      async run({ gateway }) {
        const path = "/openai/v1/embeddings";
        const headers = { authorization: `Bearer ${session()}` };
        const body = JSON.stringify({ model: "words", input: "words" });
        return await call(gateway, { path, headers, body });
      },
    },
    {
      name: "size",
      async run(bench) {
        const messages = [{ role: "user", content: "word ".repeat(300_000) }];
        return await asked(bench, PRICED, { chain: "claude-opus-4-8", body: { messages } });
      },
    },
    {
      name: "content",
      async run(bench) {
        const source = { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" };
        const content = [{ type: "image", source }];
        const messages = [{ role: "user", content }];
        return await asked(bench, PRICED, { chain: "claude-opus-4-8", body: { messages } });
      },
    },
    {
      name: "content-tools",
      async run(bench) {
        const tools = [{ name: "look", description: "Looks.", input_schema: { type: "object" } }];
        return await asked(bench, "groq/groq/compound", { body: { tools } });
      },
    },
    {
      name: "no-credential",
      async run(bench) {
        const { "x-spillway-key": key = "" } = await keyed(bench, {});
        return await call(bench.gateway, {
          headers: { "x-spillway-key": key, "anthropic-version": "2023-06-01" },
          body: JSON.stringify({ model: "coding", max_tokens: 9, messages: [] }),
        });
      },
    },
    {
      name: "session-full",
      async run(bench) {
        const token = session();
        const full = unifiedHeaders({ status: "rejected", fiveHour: 1 });
        bench.anthropic.queue(always, failure(429, "the plan is full", full));
        await asked(bench, "coding", { chain: "", token });
        return await asked(bench, "coding", { chain: "", token });
      },
    },
    {
      name: "resting",
      async run(bench) {
        bench.script("groq", () => DOWN);
        for (let i = 0; i < 2; i += 1) await asked(bench, "rests", { chain: "" });
        return await asked(bench, "rests", { chain: "" });
      },
    },
    {
      name: "probed",
      async run(bench) {
        bench.script("groq", () => DOWN);
        for (let i = 0; i < 2; i += 1) await asked(bench, "probes", { chain: "" });
        let isProbing = false;
        bench.script("groq", () => {
          isProbing = true;
          return { ...DOWN, afterMs: 3_000 };
        });
        const late: Promise<HttpAnswer>[] = [];
        await eventually(async () => {
          if (late.length === 0 || !isProbing) late.push(asked(bench, "probes", { chain: "" }));
          return isProbing ? true : undefined;
        }, "a probe");
        const answer = await asked(bench, "probes", { chain: "" });
        await Promise.all(late);
        return answer;
      },
    },
    {
      name: "cooling",
      async run(bench) {
        const limited = { error: { message: "slow down", code: "rate_limit_exceeded" } };
        bench.script("groq", () => ({ status: 429, json: limited }));
        await asked(bench, "cools", { chain: "" });
        return await asked(bench, "cools", { chain: "" });
      },
    },
    {
      name: "dead-key",
      async run(bench) {
        bench.script("groq", () => ({ status: 401, json: { error: { message: "no" } } }));
        await asked(bench, "pool", { chain: "" });
        return await asked(bench, "pool", { chain: "" });
      },
    },
    {
      name: "budget",
      async run(bench) {
        const headers = await keyed(bench, { budget: "0.000001/day", mode: "session" });
        return await asked(bench, "groq/cheap", { chain: "claude-opus-4-8", headers });
      },
    },
    {
      name: "daily-limit",
      async run(bench) {
        const headers = await keyed(bench, { daily_requests: 1, mode: "session" });
        await asked(bench, "groq/cheap", { chain: "", headers });
        return await asked(bench, "groq/cheap", { chain: "claude-opus-4-8", headers });
      },
    },
    {
      name: "no-price",
      async run(bench) {
        const headers = await keyed(bench, { budget: "5/day" });
        return await asked(bench, "groq/unpriced", { chain: "openrouter/there", headers });
      },
    },
    {
      name: "rule-refused",
      run: async (bench) => await asked(bench, "claude-fable-5", { chain: "" }),
    },
    {
      name: "rule-renamed",
      run: async (bench) => await asked(bench, "claude-ruled", { chain: "" }),
    },
    { name: "alias", run: async (bench) => await asked(bench, "fast", { chain: "" }) },
    {
      name: "rate-limited",
      async run(bench) {
        const headers = await keyed(bench, { rpm: 1 });
        await asked(bench, "coding", { chain: "", headers });
        return await asked(bench, "coding", { chain: "", headers });
      },
    },
    {
      name: "nothing-to-choose",
      async run(bench) {
        bench.anthropic.on(always, message({ content: [text("as ever")] }));
        return await asked(bench, "claude-opus-4-8", { chain: "" });
      },
    },
    {
      name: "nobody-left",
      run: async (bench) =>
        await asked(bench, "fast", {
          chain: "",
          headers: { "x-spillway-data-policy": "eu_only" },
        }),
    },
  ],
};
