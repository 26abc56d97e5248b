import { type ErrorCode, gatewayError } from "../../../src/base/errors.ts";
import type { HeaderList } from "../../../src/base/header-list.ts";
import type { TransportFailure } from "../../../src/upstream/transport/contract.ts";
import type { Draws } from "./random.ts";

/** Whose fault an answer is, as the table of failures has it. */
export type Fault = "none" | "server" | "credential" | "request";

/** One thing that an upstream does, so long after the one before it. */
export type Step = { readonly afterMs: number } & (
  | { readonly head: { readonly status: number; readonly headers: HeaderList } }
  | { readonly data: string }
  | { readonly end: true }
  | { readonly failure: TransportFailure }
);

export interface Script {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly fault: Fault;
}

export interface Played extends Script {
  readonly isBroken: boolean;
}

/** What an upstream was asked. */
export interface AskedOf {
  readonly dialect: "messages" | "chat";
  readonly stream: boolean;
  readonly model: string;
  readonly maxTokens: number;
  /** Stands in everything that it says of the answer. */
  readonly mark: string;
  readonly isCount: boolean;
  readonly isReused: boolean;
  readonly nowMs: number;
}

export type Weather = "fine" | "down" | "overloaded" | "flaky" | "slow";

const SERVER_ERRORS = [500, 502, 503, 504, 529, 408] as const;
const REQUEST_ERRORS = [400, 404, 413, 422] as const;
const KEY_ERRORS = [401, 402, 403] as const;
const RETRY_AFTER = [undefined, "0", "1", "2", "7", "30", "120", "100000", "soon"] as const;
const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  422: "invalid_request_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};
const JSON_TYPE = ["content-type", "application/json"] as const;

/** What becomes of one call. */
export function scriptOf(asked: AskedOf, weather: Weather, draws: Draws): Played {
  const script = drawScript(asked, weather, draws);
  // Whatever an answer says, its server is to blame, too, when it breaks off.
  const isBroken = script.steps.some((step) => "failure" in step);
  return { ...script, isBroken };
}

function drawScript(asked: AskedOf, weather: Weather, draws: Draws): Script {
  if (weather === "down") {
    return draws.pick([unreachable, refusedByTls, connectTimeout, reset])(asked, draws);
  }
  if (weather === "overloaded")
    return draws.chance(0.9) ? serverError(asked, draws) : fine(asked, draws);
  if (weather === "slow")
    return draws.pick([fine, stall, headersTimeout, lateAnswer])(asked, draws);
  if (weather === "flaky") return draws.pick(FLAKY)(asked, draws);
  return draws.chance(0.95) ? fine(asked, draws) : draws.pick(FLAKY)(asked, draws);
}

type Make = (asked: AskedOf, draws: Draws) => Script;

function failing(code: ErrorCode, afterMs: number, { isReused }: AskedOf): Step {
  const beforeResponse = true;
  return {
    afterMs,
    failure: { error: gatewayError(code, code), beforeResponse, onReusedConnection: isReused },
  };
}

function broken(code: ErrorCode, afterMs: number): Step {
  const error = gatewayError(code, code);
  return { afterMs, failure: { error, beforeResponse: false, onReusedConnection: false } };
}

function never(name: string, code: ErrorCode, afterMs: number): Make {
  return (asked) => ({ name, fault: "server", steps: [failing(code, afterMs, asked)] });
}

const unreachable = never("unreachable", "upstream_unreachable", 1);
const refusedByTls = never("tls", "upstream_tls", 30);
const connectTimeout = never("connect timeout", "upstream_connect_timeout", 10_000);
const headersTimeout = never("headers timeout", "upstream_headers_timeout", 60_000);
const reset = never("reset before the head", "upstream_reset", 5);
const malformed = never("malformed head", "upstream_malformed", 5);

/** An error with its whole body, or one that breaks off, stops in the middle, or is large. */
function errorAnswer(
  { mark }: AskedOf,
  draws: Draws,
  status: number,
  headers: HeaderList = [],
): readonly Step[] {
  const filler = draws.chance(0.05) ? "x".repeat(300_000) : "";
  const error = { type: ERROR_TYPES[status] ?? "api_error", message: `${mark}${status}${filler}` };
  const body = JSON.stringify({ type: "error", error });
  const head = {
    afterMs: draws.between(1, 300),
    head: { status, headers: [...JSON_TYPE, ...headers] },
  };
  const half = { afterMs: 0, data: body.slice(0, 30) };
  const rest = { afterMs: draws.below(20), data: body.slice(30) };
  if (draws.chance(0.05)) return [head, half, broken("upstream_reset", 10)];
  if (draws.chance(0.05)) return [head, half, broken("upstream_idle_timeout", 30_000)];
  return [head, half, rest, { afterMs: 0, end: true }];
}

const serverError: Make = (asked, draws) => {
  const status = draws.pick(SERVER_ERRORS);
  const after = draws.pick(RETRY_AFTER);
  const headers = after === undefined || draws.chance(0.5) ? [] : ["retry-after", after];
  return { name: `${status}`, fault: "server", steps: errorAnswer(asked, draws, status, headers) };
};

const rateLimited: Make = (asked, draws) => {
  const after = draws.pick(RETRY_AFTER);
  const resetsAt = String(Math.floor(asked.nowMs / 1_000) + draws.between(10, 600));
  const unified = ["status", "rejected", "representative-claim", "five_hour", "reset", resetsAt];
  const headers = [
    ...(after === undefined ? [] : ["retry-after", after]),
    ...(draws.chance(0.5)
      ? unified.map((text, i) => (i % 2 === 0 ? `anthropic-ratelimit-unified-${text}` : text))
      : []),
  ];
  return { name: "429", fault: "credential", steps: errorAnswer(asked, draws, 429, headers) };
};

const keyRefused: Make = (asked, draws) => {
  const status = draws.pick(KEY_ERRORS);
  return { name: `${status}`, fault: "credential", steps: errorAnswer(asked, draws, status) };
};

const requestRefused: Make = (asked, draws) => {
  const status = draws.pick(REQUEST_ERRORS);
  return { name: `${status}`, fault: "request", steps: errorAnswer(asked, draws, status) };
};

const redirect: Make = () => ({
  name: "302",
  fault: "request",
  steps: [
    { afterMs: 10, head: { status: 302, headers: ["location", "https://elsewhere.example/"] } },
  ],
});

/** A head that no server may pass on. */
const unsayableHead: Make = ({ mark }) => ({
  name: "a head that cannot be said",
  fault: "server",
  steps: [
    {
      afterMs: 10,
      head: { status: 200, headers: ["content-type", "application/json", "x-bad", "a\u0001b"] },
    },
    {
      afterMs: 1,
      data: JSON.stringify({ type: "message", content: [{ type: "text", text: mark }] }),
    },
    { afterMs: 1, end: true },
  ],
});

const errorWithin: Make = (_, draws) => ({
  name: "an error in a 200",
  fault: "server",
  steps: [
    { afterMs: 10, head: { status: 200, headers: JSON_TYPE } },
    {
      afterMs: draws.below(50),
      data: JSON.stringify({ type: "error", error: { type: "overloaded_error", message: "busy" } }),
    },
    { afterMs: 0, end: true },
  ],
});

const page: Make = () => ({
  name: "a page",
  fault: "server",
  steps: [
    { afterMs: 10, head: { status: 200, headers: ["content-type", "text/html"] } },
    { afterMs: 1, data: "<html>sign in</html>" },
    { afterMs: 0, end: true },
  ],
});

/** A good answer of which something is cut off: `part` of its pieces come. */
function cutShort(asked: AskedOf, draws: Draws, last: Step, name: string): Script {
  const [head, ...rest] = fine(asked, draws).steps;
  const count = draws.below(rest.length);
  return {
    name,
    fault: "server",
    steps: [...(head === undefined ? [] : [head]), ...rest.slice(0, count), last],
  };
}

const resetWithin: Make = (asked, draws) =>
  cutShort(asked, draws, broken("upstream_reset", 5), "reset in the answer");
const stall: Make = (asked, draws) =>
  cutShort(asked, draws, broken("upstream_idle_timeout", 30_000), "stall");

const errorEvent: Make = (asked, draws) => {
  if (!asked.stream || asked.dialect === "chat") return errorWithin(asked, draws);
  const [head, ...rest] = fine(asked, draws).steps;
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  return {
    name: "an error event",
    fault: "server",
    steps: [
      ...(head === undefined ? [] : [head]),
      ...rest.slice(0, draws.below(rest.length)),
      { afterMs: 5, data: `event: error\ndata: ${JSON.stringify(error)}\n\n` },
      { afterMs: 0, end: true },
    ],
  };
};

const lateAnswer: Make = (asked, draws) => {
  const { steps } = fine(asked, draws);
  const late = draws.between(3_000, 25_000);
  return {
    name: "late",
    fault: "none",
    steps: steps.map((step, i) => (i === 0 ? { ...step, afterMs: late } : step)),
  };
};

const fine: Make = (asked, draws) => {
  const pieces = piecesOf(asked, draws);
  const type = asked.stream && !asked.isCount ? ["content-type", "text/event-stream"] : JSON_TYPE;
  return {
    name: "fine",
    fault: "none",
    steps: [
      { afterMs: draws.between(5, 400), head: { status: 200, headers: type } },
      ...pieces.map((data) => ({
        afterMs: draws.chance(0.1) ? draws.below(3_000) : draws.below(40),
        data,
      })),
      { afterMs: 0, end: true },
    ],
  };
};

const FLAKY: readonly Make[] = [
  unreachable,
  refusedByTls,
  reset,
  malformed,
  headersTimeout,
  serverError,
  serverError,
  rateLimited,
  rateLimited,
  keyRefused,
  requestRefused,
  redirect,
  unsayableHead,
  errorWithin,
  page,
  resetWithin,
  stall,
  errorEvent,
  errorEvent,
  lateAnswer,
  fine,
];

function piecesOf(asked: AskedOf, draws: Draws): readonly string[] {
  if (asked.isCount) return [JSON.stringify({ input_tokens: 9 })];
  return asked.dialect === "messages" ? messagePieces(asked, draws) : chatPieces(asked, draws);
}

function messagePieces(
  { stream, model, mark, maxTokens }: AskedOf,
  draws: Draws,
): readonly string[] {
  const usage = {
    input_tokens: 5,
    cache_read_input_tokens: draws.pick([0, 8]),
    cache_creation_input_tokens: draws.pick([0, 8]),
    output_tokens: 1,
  };
  const output_tokens = Math.min(maxTokens, draws.between(1, 40));
  const message = { id: `msg_${draws.below(1e6)}`, type: "message", role: "assistant", model };
  if (!stream) {
    const content = [{ type: "text", text: `${mark}${mark}` }];
    const whole = {
      ...message,
      content,
      stop_reason: "end_turn",
      usage: { ...usage, output_tokens },
    };
    return [JSON.stringify(whole)];
  }
  const event = (type: string, more: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const delta = { type: "text_delta", text: mark };
  return [
    event("message_start", { message: { ...message, content: [], stop_reason: null, usage } }),
    event("ping", {}),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    ...Array.from({ length: draws.between(1, 4) }, () =>
      event("content_block_delta", { index: 0, delta }),
    ),
    event("content_block_stop", { index: 0 }),
    event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens } }),
    event("message_stop", {}),
  ];
}

function chatPieces({ stream, model, mark, maxTokens }: AskedOf, draws: Draws): readonly string[] {
  const completion_tokens = Math.min(maxTokens, draws.between(1, 40));
  const usage = { prompt_tokens: 5, completion_tokens, total_tokens: 5 + completion_tokens };
  const common = { id: "chatcmpl-1", created: 1_764_000_000, model };
  if (!stream) {
    const message = { role: "assistant", content: mark };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    return [JSON.stringify({ ...common, object: "chat.completion", choices, usage })];
  }
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...common,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
  });
  const events = [
    chunk({ role: "assistant", content: mark }, null),
    chunk({ content: mark }, null),
    chunk({}, "stop"),
    { ...common, object: "chat.completion.chunk", choices: [], usage },
  ];
  return [...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), "data: [DONE]\n\n"];
}
