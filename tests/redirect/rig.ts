import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { call, eventually, type HttpAnswer } from "../fault/rig.ts";
import { type ChatUpstream, startChatUpstream } from "../integration/chat-upstream.ts";
import { json, message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";

export const LITELLM_KEY = "sk-litellm-of-the-operator";
export const CURSOR_KEY = "key_of-the-cursor-dashboard";
export const COMPOSER_TEXT = "Composed.";

/** claude-router's environment, three upstreams that are not the real ones, and the gateway between. */
export interface Bench extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly anthropic: AnthropicUpstream;
  readonly litellm: AnthropicUpstream;
  readonly composer: ChatUpstream;
}

export interface BenchOptions {
  /** Undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly config?: string | ((anthropicUrl: string) => string);
  readonly dataDir?: string;
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  await using opening = new AsyncDisposableStack();
  const anthropic = opening.use(await startAnthropicUpstream({ text: "Anthropic's." }));
  const litellm = opening.use(await startAnthropicUpstream({ text: "LiteLLM's." }));
  const composer = opening.use(await startChatUpstream(CURSOR_KEY, COMPOSER_TEXT));
  const env: Record<string, string | undefined> = {
    LITELLM_URL: litellm.url,
    LITELLM_API_KEY: LITELLM_KEY,
    CURSOR_API_KEY: CURSOR_KEY,
    COMPOSER_API_URL: `${composer.url}/foo/bar`,
    ...options.env,
  };
  const set = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const { config: asked } = options;
  const config = typeof asked === "function" ? asked(anthropic.url) : asked;
  const gateway = opening.use(
    await startGateway({
      upstreamUrl: anthropic.url,
      env: Object.fromEntries(set),
      config: `${config ?? ""}\nlimits:\n  loopDelay: 30s\n`,
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    }),
  );
  const owned = opening.move();
  return {
    gateway,
    anthropic,
    litellm,
    composer,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A login that no other test has. */
export const session = (): string => `sk-ant-oat01-${randomBytes(24).toString("hex")}`;

/** What a plan's windows are told as. */
export interface Windows {
  readonly fiveHour?: number;
  readonly sevenDay?: number;
  readonly overage?: number;
  /** Epoch seconds, of all three. */
  readonly resetsAt?: number;
}

export function limits({ fiveHour = 0, sevenDay = 0, overage = 0, resetsAt }: Windows): string[] {
  const prefix = "anthropic-ratelimit-unified";
  const windows = { "5h": fiveHour, "7d": sevenDay, overage };
  return Object.entries(windows).flatMap(([name, used]) => [
    `${prefix}-${name}-utilization`,
    String(used),
    ...(resetsAt === undefined ? [] : [`${prefix}-${name}-reset`, String(resetsAt)]),
  ]);
}

/** An answer of Anthropic's that tells how full the plan is. */
export const answering = (windows: Windows): Responder =>
  message({ content: [text("Anthropic's.")] }, {}, limits(windows));

export const counted = (tokens: number, windows?: Windows): Responder =>
  json(200, { input_tokens: tokens }, windows === undefined ? [] : limits(windows));

export const bodyFor = (model: string, more: object = {}): string =>
  JSON.stringify({
    model,
    max_tokens: 64,
    messages: [{ role: "user", content: "hello" }],
    ...more,
  });

export interface Ask {
  readonly token: string;
  readonly model?: string;
  readonly body?: string | Buffer;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function ask({ gateway }: Pick<Bench, "gateway">, asked: Ask): Promise<HttpAnswer> {
  const { token, model = "claude-opus-4-8", path = "/v1/messages?beta=true", headers } = asked;
  return await call(gateway, {
    path,
    headers: {
      authorization: `Bearer ${token}`,
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "oauth-2025-04-20,fine-grained-tool-streaming-2025-05-14",
      ...headers,
    },
    body: asked.body ?? bodyFor(model),
  });
}

/** A probe carries no client's name. */
export const isProbe = (seen: RecordedRequest): boolean => seen.header("user-agent") === "spillway";

/** Has Anthropic tell once how full a session's plan is. */
export async function tell(bench: Bench, token: string, windows: Windows): Promise<void> {
  bench.anthropic.queue(
    (seen) => seen.target.startsWith("/v1/messages") && !isProbe(seen),
    answering(windows),
  );
  const answer = await ask(bench, { token });
  assert.equal(answer.status, 200, answer.body.toString());
}

/** The router's lines of the log, in order. */
export function lines({ gateway }: Pick<Bench, "gateway">, kind = ""): readonly string[] {
  const found = [...gateway.stdout().matchAll(/"msg":"(\[proxy\] [^"]*)"/g)];
  return found.map(([, said = ""]) => said).filter((each) => each.startsWith(`[proxy] ${kind}`));
}

/** Waits for a line; the log is written a little later. */
export async function line(bench: Pick<Bench, "gateway">, expected: RegExp): Promise<string> {
  return await eventually(
    () => lines(bench).find((each) => expected.test(each)),
    `a log line like ${expected}; there are:\n${lines(bench).join("\n")}`,
  );
}
