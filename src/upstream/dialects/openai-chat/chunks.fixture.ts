import type {
  AnswerContext,
  JsonObject,
  StreamEvent,
  TokenUsage,
} from "../../../canonical/index.ts";
import { openStream } from "./stream-reader.ts";
import { type ChatTraits, UNKNOWN_SERVER } from "./traits.ts";

export const NO_CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };

/** What a stream is made of: chunks, `[DONE]`, or anything else as it is. */
export type Sent = JsonObject | string;

export const DONE = "[DONE]";

export function chunk(
  delta: JsonObject,
  finish: string | null = null,
  rest: JsonObject = {},
): JsonObject {
  return { id: "c1", model: "m1", choices: [{ index: 0, delta, finish_reason: finish }], ...rest };
}

export function callDelta(call: JsonObject, name?: string, args?: string): JsonObject {
  const members = {
    ...(name === undefined ? {} : { name }),
    ...(args === undefined ? {} : { arguments: args }),
  };
  return { tool_calls: [{ ...call, function: members }] };
}

/** All events of a stream. */
export function read(
  sent: readonly Sent[],
  traits: Partial<ChatTraits> = {},
  context: AnswerContext = NO_CONTEXT,
): readonly StreamEvent[] {
  const reader = openStream({ ...UNKNOWN_SERVER, ...traits }, context);
  const events = sent.flatMap((each) =>
    reader.push({ event: undefined, data: typeof each === "string" ? each : JSON.stringify(each) }),
  );
  return [...events, ...reader.end()];
}

/**
 * A stream's events as short lines: `text: Hi`, `call Read(a): {}`, `thinking: hm <signature>`, and how it ended. Throws where
 * blocks overlap or deltas do not fit.
 */
export function told(events: readonly StreamEvent[]): readonly string[] {
  const lines: string[] = [];
  let isOpen = false;
  for (const event of events) {
    if (event.type === "block") {
      if (isOpen) throw new Error("two open blocks");
      isOpen = true;
      const { block } = event;
      lines.push(
        block.type === "tool_use" ? `call ${block.name}(${block.id}): ` : `${block.type}: `,
      );
    } else if (event.type === "block_end") {
      isOpen = false;
    } else if (event.type === "delta") {
      if (!isOpen) throw new Error("no open block");
      lines.push(`${lines.pop() ?? ""}${pieceOf(event.delta)}`);
    } else if (event.type === "end") {
      lines.push(event.stopReason);
    } else if (event.type === "error") {
      lines.push(`error ${event.error.kind}`);
    }
  }
  return lines;
}

export function usageOf(events: readonly StreamEvent[]): TokenUsage | undefined {
  const last = events.at(-1);
  return last?.type === "end" ? last.usage : undefined;
}

type Delta = Extract<StreamEvent, { readonly type: "delta" }>["delta"];

function pieceOf(delta: Delta): string {
  switch (delta.type) {
    case "text":
    case "thinking":
      return delta.text;
    case "input":
      return delta.json;
    case "signature":
      return ` <${delta.signature}>`;
    case "opaque":
      return JSON.stringify(delta.raw);
  }
}
