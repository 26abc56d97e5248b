import { at } from "../conformance/exchange.ts";
import type { Answer, Responder } from "./answer.ts";
import { type JsonObject, pieces } from "./messages.ts";
import type { RecordedRequest } from "./recorded-request.ts";

/** A tool that a model calls. */
export interface ModelCall {
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
}

/** One answer of a model, before a dialect says it. */
export interface ModelTurn {
  /** What it thought, told in a way that people can read. */
  readonly reasoning?: string;
  /** What its provider wants back with the reasoning in the next request. */
  readonly proof?: string;
  readonly text?: string;
  readonly calls?: readonly ModelCall[];
  /** Why it would not answer; comes alone. */
  readonly refusal?: string;
  /** Its text ends where the longest answer that was asked for ends. */
  readonly isCut?: boolean;
}

/** What a tool returned, as a request tells it. */
export interface ToolOutput {
  readonly call: string;
  readonly output: string;
}

/** How scripted servers of one dialect answer, and how they read what they are asked. */
export interface ModelApi {
  readonly dialect: string;
  /** A stream where one is asked for, else whole; with the usage of `MODEL_USAGE`. */
  readonly answer: (turn: ModelTurn) => Responder;
  /** A stream that begins as an answer does and ends with an error, as the dialect tells one within a stream. */
  readonly breakOff: (turn: ModelTurn, message: string) => Responder;
  /** An error in the dialect's envelope; `code` is the dialect's own word for it. */
  readonly failure: (
    status: number,
    code: string,
    message: string,
    headers?: readonly string[],
  ) => Responder;
  /** The model that a request asks for. */
  readonly modelOf: (request: RecordedRequest) => unknown;
  /** Every result of a tool in a request, in order. */
  readonly outputsIn: (body: unknown) => readonly ToolOutput[];
  /** The proofs of earlier reasoning in a request, in order. */
  readonly proofsIn: (body: unknown) => readonly string[];
}

/** What every answer is said to have used. */
export const MODEL_USAGE = { inputTotal: 1000, cacheRead: 400, output: 50, reasoning: 20 } as const;

/** A stream of server-sent events, one for each of the values. */
export function sseAnswer(
  events: readonly { readonly event?: string; readonly data: unknown }[],
): Answer {
  return {
    status: 200,
    headers: ["content-type", "text/event-stream"],
    pieces: events.map(({ event, data }) => {
      const name = event === undefined ? "" : `event: ${event}\n`;
      const text = typeof data === "string" ? data : JSON.stringify(data);
      return Buffer.from(`${name}data: ${text}\n\n`);
    }),
    stream: true,
    delivery: {},
  };
}

/** The first writes of an answer, and then these. */
export function cutShort(
  responder: Responder,
  keep: number,
  last: readonly { readonly event?: string; readonly data: unknown }[],
): Responder {
  return async (request, serial) => {
    const answer = await responder(request, serial);
    const ending = sseAnswer(last);
    return { ...answer, pieces: [...answer.pieces.slice(0, keep), ...ending.pieces] };
  };
}

/** A request that offers tools: a turn of an agent, not one of its side requests. */
export function offersTools(request: RecordedRequest): boolean {
  const body = request.json();
  return listAt(body, "tools").length > 0;
}

/** Empty where there is no text. */
export function textAt(value: unknown, key: string): string {
  const found = at(value, key);
  return typeof found === "string" ? found : "";
}

export function listAt(value: unknown, key: string): readonly unknown[] {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
}

/** The text in a content that is a string or a list of parts. */
export function plainText(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((part) => textAt(part, "text")).join("\n") : "";
}

/** A text as a stream brings it. */
export function inPieces(text = ""): readonly string[] {
  return pieces(text, 9);
}
