import type {
  AnswerContext,
  JsonObject,
  StopReason,
  StreamEvent,
  TokenUsage,
  UpstreamError,
} from "../../../canonical/index.ts";
import { AnswerIds } from "../shared/answer-ids.ts";
import { clientName } from "../shared/client-name.ts";
import { countOf, objectOf, textOf } from "../shared/fields.ts";
import { stopReasonOf } from "../shared/stop-reason.ts";

/** @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_MessageStopEvent.html (read 2026-11-26) */
const STOPS: Readonly<Record<string, StopReason>> = {
  end_turn: "end_turn",
  tool_use: "tool_use",
  max_tokens: "max_tokens",
  stop_sequence: "stop_sequence",
  guardrail_intervened: "refusal",
  content_filtered: "refusal",
  model_context_window_exceeded: "model_context_window_exceeded",
};

type Open = "text" | "thinking" | "tool_use" | "ignored";

/** Makes the canonical events of an answer, told in pieces or whole. Owned by one answer. */
export class AnswerReader {
  readonly #context: AnswerContext;
  readonly #ids: AnswerIds;
  #open: Open | undefined;
  #hasStarted = false;
  #hasCall = false;
  #stop: StopReason | undefined;
  #usage: TokenUsage | undefined;
  #isOver = false;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#ids = new AnswerIds(context.callIds);
  }

  /** True behind an end or an error, behind which nothing is told. */
  get isOver(): boolean {
    return this.#isOver;
  }

  start(): readonly StreamEvent[] {
    if (this.#hasStarted || this.#isOver) return [];
    this.#hasStarted = true;
    return [{ type: "start", id: "", model: "" }];
  }

  /** Of a call; other blocks begin with their first piece. Tools that Bedrock ran itself are no business of the client's. */
  block(start: unknown): readonly StreamEvent[] {
    const { toolUse, toolResult } = objectOf(start);
    if (toolUse === undefined && toolResult === undefined) return [];
    const call = objectOf(toolUse);
    const wire = textOf(call["name"]);
    if (wire === "" || call["type"] === "server_tool_use") return this.#begin("ignored");
    this.#hasCall = true;
    const id = this.#ids.assign(textOf(call["toolUseId"]));
    const name = clientName(wire, this.#context.toolNames);
    return this.#begin("tool_use", { type: "block", block: { type: "tool_use", id, name } });
  }

  delta(delta: unknown): readonly StreamEvent[] {
    const { text, toolUse, reasoningContent } = objectOf(delta);
    if (typeof text === "string") return this.#text(text);
    if (reasoningContent !== undefined) return this.#reasoning(objectOf(reasoningContent));
    const json = objectOf(toolUse)["input"];
    if (typeof json !== "string" || json === "" || this.#open !== "tool_use") return [];
    return [{ type: "delta", delta: { type: "input", json } }];
  }

  close(): readonly StreamEvent[] {
    const open = this.#open;
    this.#open = undefined;
    return open === undefined || open === "ignored" ? [] : [{ type: "block_end" }];
  }

  stop(reason: unknown): readonly StreamEvent[] {
    const told = textOf(reason);
    this.#stop = Object.hasOwn(STOPS, told) ? STOPS[told] : "end_turn";
    return this.close();
  }

  usage(usage: unknown): void {
    const told = objectOf(usage);
    const input = countOf(told["inputTokens"]);
    if (input === undefined) return;
    // What is written and read is told beside the input, not within it. source: recorded exchanges, 2026-11
    this.#usage = {
      input,
      output: countOf(told["outputTokens"]),
      cacheRead: countOf(told["cacheReadInputTokens"]),
      cacheWrite5m: countOf(told["cacheWriteInputTokens"]),
    };
  }

  /** Nothing more comes. Only a reason to stop tells an end from a break. */
  end(): readonly StreamEvent[] {
    if (this.#isOver) return [];
    if (this.#stop === undefined) {
      return this.fail({
        kind: "server",
        message: "the upstream's answer broke off before its end",
      });
    }
    const events = [...this.start(), ...this.close()];
    this.#isOver = true;
    const produced = { hasCall: this.#hasCall, hasRefusal: false, hasBrokenCall: false };
    const isCut = this.#stop === "max_tokens";
    const stopReason = isCut ? this.#stop : stopReasonOf(this.#stop, produced);
    return [...events, { type: "end", stopReason, usage: this.#usage }];
  }

  fail(error: UpstreamError): readonly StreamEvent[] {
    if (this.#isOver) return [];
    const events = this.close();
    this.#isOver = true;
    return [...events, { type: "error", error }];
  }

  #text(text: string): readonly StreamEvent[] {
    if (text === "") return [];
    const piece = { type: "delta", delta: { type: "text", text } } as const;
    if (this.#open === "text") return [piece];
    return [...this.#begin("text", { type: "block", block: { type: "text" } }), piece];
  }

  #reasoning({ text, signature, redactedContent }: JsonObject): readonly StreamEvent[] {
    if (typeof redactedContent === "string") {
      // Bytes of bytes: what Claude itself calls the data.
      const data = Buffer.from(redactedContent, "base64").toString("utf8");
      const block = { type: "redacted_thinking", data } as const;
      return [...this.start(), ...this.close(), { type: "block", block }, { type: "block_end" }];
    }
    const pieces: StreamEvent[] = [];
    if (typeof text === "string" && text !== "") {
      pieces.push({ type: "delta", delta: { type: "thinking", text } });
    }
    if (typeof signature === "string" && signature !== "") {
      pieces.push({ type: "delta", delta: { type: "signature", signature } });
    }
    if (pieces.length === 0 || this.#open === "thinking") return pieces;
    return [...this.#begin("thinking", { type: "block", block: { type: "thinking" } }), ...pieces];
  }

  #begin(open: Open, event?: StreamEvent): readonly StreamEvent[] {
    const before = [...this.start(), ...this.close()];
    this.#open = open;
    return event === undefined ? before : [...before, event];
  }
}
