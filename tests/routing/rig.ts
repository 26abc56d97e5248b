import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { call, explain, finishedEvent, type HttpAnswer, idOf } from "../fault/rig.ts";
import {
  type ScriptedAnswer,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../integration/scripted-upstream.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";

/** Other providers than Anthropic, each a server of its own that speaks Chat Completions. */
export const OTHERS = ["groq", "openrouter", "openai"] as const;
export type Other = (typeof OTHERS)[number];

/** The program between Anthropic and three other providers, none of them the real ones. */
export interface RoutingBench extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly anthropic: AnthropicUpstream;
  readonly others: Readonly<Record<Other, ScriptedUpstream>>;
  /** Has one of them give other answers from now on; undefined: its usual ones. */
  script(other: Other, answer: (() => ScriptedAnswer) | undefined): void;
  /** How many requests each has had, those without any left out: `{ groq: 1 }`. */
  seen(): Readonly<Record<string, number>>;
}

export interface BenchOptions {
  /** Below the providers, each of which has the key `env:KEY_OF_…`. */
  readonly config?: string | ((anthropicUrl: string) => string);
  readonly env?: Readonly<Record<string, string>>;
  /** More of a provider's entry, a line each. */
  readonly entries?: Readonly<Partial<Record<Other, readonly string[]>>>;
  readonly dataDir?: string;
}

export const keyOf = (other: Other): string => `key-of-${other}`;

export async function openRoutingBench(options: BenchOptions = {}): Promise<RoutingBench> {
  await using opening = new AsyncDisposableStack();
  const anthropic = opening.use(await startAnthropicUpstream({ text: "Anthropic's." }));
  const scripts = new Map<Other, () => ScriptedAnswer>();
  const open = async (other: Other): Promise<ScriptedUpstream> =>
    opening.use(
      await startScriptedUpstream(({ body, target }) => {
        if (target.endsWith("/models")) return { json: { object: "list", data: [] } };
        return scripts.get(other)?.() ?? completion(other, JSON.parse(body.toString()));
      }),
    );
  const others = {
    groq: await open("groq"),
    openrouter: await open("openrouter"),
    openai: await open("openai"),
  };
  const entries = OTHERS.flatMap((other) => [
    `  ${other}:`,
    `    url: ${others[other].url}/v1`,
    ...(options.entries?.[other] ?? [`key: env:KEY_OF_${other.toUpperCase()}`]).map(
      (line) => `    ${line}`,
    ),
  ]);
  const keys = OTHERS.map((other) => [`KEY_OF_${other.toUpperCase()}`, keyOf(other)]);
  const { config = "" } = options;
  const more = typeof config === "string" ? config : config(anthropic.url);
  const gateway = opening.use(
    await startGateway({
      upstreamUrl: anthropic.url,
      env: { ...Object.fromEntries(keys), ...options.env },
      config: ["providers:", ...entries, more, "limits:", "  loopDelay: 30s"].join("\n"),
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    }),
  );
  const owned = opening.move();
  return {
    gateway,
    anthropic,
    others,
    script(other, answer) {
      if (answer === undefined) scripts.delete(other);
      else scripts.set(other, answer);
    },
    seen: () =>
      Object.fromEntries(
        [
          ["anthropic", anthropic.requests.length] as const,
          ...OTHERS.map((other) => [other, others[other].requests.length] as const),
        ].filter(([, count]) => count > 0),
      ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What one of the other providers says, whole or as a stream. */
export function completion(other: string, asked: unknown): ScriptedAnswer {
  const { model, stream } = isObject(asked) ? asked : {};
  const usage = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };
  const common = { id: "chatcmpl-1", created: 1_764_000_000, model };
  const content = `From ${other}.`;
  if (stream !== true) {
    const message = { role: "assistant", content };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    return { json: { ...common, object: "chat.completion", choices, usage } };
  }
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...common,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
  });
  const events = [
    chunk({ role: "assistant", content }, null),
    chunk({}, "stop"),
    { ...common, object: "chat.completion.chunk", choices: [], usage },
  ];
  return {
    sse: `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`,
  };
}

/** A login that no other test has. */
export const session = (): string => `sk-ant-oat01-${randomBytes(24).toString("hex")}`;

export interface Ask {
  /** Undefined: the caller has no subscription. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  /** Beside the model and one message. */
  readonly body?: object;
}

/** One message to a model. */
export async function ask(
  { gateway }: Pick<RoutingBench, "gateway">,
  model: string,
  { token, headers, path = "/v1/messages", body }: Ask = {},
): Promise<HttpAnswer> {
  return await call(gateway, {
    path,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      "anthropic-version": "2023-06-01",
      ...headers,
    },
    body: JSON.stringify({
      model,
      max_tokens: 64,
      messages: [{ role: "user", content: "hello" }],
      ...body,
    }),
  });
}

/** The words of an answer, or of its error. */
export function textOf(answer: HttpAnswer): string {
  const parsed: unknown = JSON.parse(answer.body.toString());
  assert.ok(isObject(parsed));
  const { content, error } = parsed;
  if (isObject(error)) return String(error["message"]);
  assert.ok(Array.isArray(content));
  return content.map((block: unknown) => (isObject(block) ? String(block["text"]) : "")).join("");
}

/** What an answer's exchange chose from: names with their reasons, once it is on record. */
export async function recordOf({ gateway }: Pick<RoutingBench, "gateway">, answer: HttpAnswer) {
  await finishedEvent(gateway, idOf(answer));
  const record = await explain(gateway, idOf(answer));
  const { route } = record;
  const { steps, candidates, refused } = isObject(route) ? route : {};
  return {
    record,
    steps: listOf(steps),
    candidates: listOf(candidates).map(shown),
    refused: listOf(refused).map((each) => ({
      place: shown(each),
      reason: isObject(each) ? String(each["reason"]) : "",
    })),
  };
}

/** `groq/llama-4 key configuration` */
function shown(place: unknown): string {
  assert.ok(isObject(place));
  return `${String(place["name"])} ${String(place["pays"])}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
