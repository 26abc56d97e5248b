import { setTimeout as sleep } from "node:timers/promises";
import { call, type HttpAnswer } from "../../fault/rig.ts";
import type { Responder } from "../../upstream/answer.ts";
import { type Ask, ask, type BenchOptions, type RoutingBench, session } from "../rig.ts";

/** One way of a request, from the question to its answer. */
export interface Case {
  readonly name: string;
  readonly run: (bench: RoutingBench) => Promise<HttpAnswer>;
}

/** Cases that share a gateway. */
export interface Stage {
  readonly options: BenchOptions;
  readonly prepare?: (bench: RoutingBench) => Promise<void>;
  readonly cases: readonly Case[];
}

export const always = (): boolean => true;
export const PRICED = "groq/llama-3.3-70b-versatile";

export type Behind = Ask & { readonly chain?: string };

/** A request of a subscription, with another place behind it. */
export async function asked(
  bench: RoutingBench,
  model: string,
  { chain = PRICED, headers, ...more }: Behind = {},
): Promise<HttpAnswer> {
  const fallbacks = chain === "" ? {} : { "x-spillway-fallbacks": chain };
  return await ask(bench, model, {
    token: session(),
    headers: { ...fallbacks, ...headers },
    ...more,
  });
}

/** Anthropic fails in this way, and another place is behind it. */
export function failing(name: string, responder: Responder, how: Behind = {}): Case {
  return {
    name,
    async run(bench) {
      bench.anthropic.on(always, responder);
      return await asked(bench, `claude-${name}`, how);
    },
  };
}

/** Asks, and leaves before there is an answer; what is on record of it is looked for by the session. */
export async function leave(
  { gateway }: RoutingBench,
  model: string,
  sessionId: string,
  afterMs: number,
): Promise<void> {
  const options = {
    headers: {
      authorization: `Bearer ${session()}`,
      "anthropic-version": "2023-06-01",
      "x-claude-code-session-id": sessionId,
      "x-spillway-fallbacks": PRICED,
    },
    body: JSON.stringify({
      model,
      max_tokens: 9,
      stream: true,
      messages: [{ role: "user", content: "hi" }],
    }),
    timeoutMs: afterMs,
  };
  await call(gateway, options).catch(() => undefined);
  await sleep(50);
}
