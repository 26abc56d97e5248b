import { isObject } from "../../../base/json.ts";
import type {
  AnswerContext,
  JsonObject,
  StopReason,
  StreamEvent,
  TokenUsage,
  UpstreamError,
} from "../../../canonical/index.ts";
import { BlockEmitter } from "./block-emitter.ts";
import { classify } from "./classify-error.ts";
import { CallReader, callOf } from "./read-calls.ts";
import { type Finish, readFinish } from "./read-finish.ts";
import { readUsage } from "./read-usage.ts";
import { emitCode, emitSearch } from "./server-parts.ts";

/** Reads an answer from its `GenerateContentResponse`s: all of a stream's, or the only one of a whole answer. */
export class AnswerReader {
  readonly #emitter = new BlockEmitter();
  readonly #calls: CallReader;
  #started: { readonly id: string } | undefined;
  #finish: Finish | undefined;
  #usage: TokenUsage | undefined;
  #grounding: JsonObject | undefined;
  #codeRuns = 0;
  #isOver = false;

  constructor(context: AnswerContext) {
    this.#calls = new CallReader(context, this.#emitter);
  }

  take(response: JsonObject): readonly StreamEvent[] {
    if (this.#isOver) return [];
    if (isObject(response["error"])) return this.fail(classify(undefined, response["error"]));
    const usage = readUsage(response["usageMetadata"]);
    if (usage !== undefined) this.#usage = usage;
    const start = this.#start(response);
    const id = this.#started?.id ?? "";
    this.#takeFeedback(response["promptFeedback"]);
    for (const candidate of candidatesOf(response)) {
      const failure = this.#takeCandidate(candidate, id);
      if (failure !== undefined) return [...start, ...this.fail(failure)];
    }
    return [...start, ...this.#emitter.drain()];
  }

  /** Nothing more comes. Only a finish reason tells an end from a break. */
  end(): readonly StreamEvent[] {
    if (this.#isOver) return [];
    const finish = this.#finish;
    if (finish?.kind !== "stop") {
      return this.fail({
        kind: "server",
        message: "the upstream's answer broke off before its end",
      });
    }
    const isCut = this.#calls.isOpen && finish.stopReason === "max_tokens";
    if (!isCut) this.#calls.flush();
    this.#emitter.close();
    if (this.#grounding !== undefined) {
      emitSearch(this.#grounding, this.#emitter, `${this.#started?.id ?? ""}_search`);
    }
    this.#isOver = true;
    const stopReason = isCut ? "max_tokens" : this.#stopReason(finish.stopReason);
    return [...this.#emitter.drain(), { type: "end", stopReason, usage: this.#usage }];
  }

  /** Ends the answer with an error. */
  fail(error: UpstreamError): readonly StreamEvent[] {
    if (this.#isOver) return [];
    this.#isOver = true;
    this.#emitter.close();
    return [...this.#emitter.drain(), { type: "error", error }];
  }

  #start(response: JsonObject): readonly StreamEvent[] {
    if (this.#started !== undefined) return [];
    const id = filledOf(response["responseId"]) ?? "";
    this.#started = { id };
    const model = filledOf(response["modelVersion"]) ?? "";
    return [{ type: "start", id, model, usage: this.#usage }];
  }

  #takeFeedback(feedback: unknown): void {
    if (!isObject(feedback) || !isReason(feedback["blockReason"])) return;
    this.#finish = { kind: "stop", stopReason: "refusal" };
    this.#emitRefusal(feedback["blockReasonMessage"]);
  }

  #takeCandidate(candidate: JsonObject, id: string): UpstreamError | undefined {
    const finish = readFinish(candidate["finishReason"]);
    // Its calls were never declared, so that no client could run them.
    if (finish?.kind === "failed") {
      const error = failureOf(finish.reason, candidate["finishMessage"]);
      return finish.mayPass ? { ...error, remedy: { by: "again", usage: this.#usage } } : error;
    }
    for (const part of partsOf(candidate)) this.#takePart(part, id);
    if (isObject(candidate["groundingMetadata"])) this.#grounding = candidate["groundingMetadata"];
    if (finish === undefined) return undefined;
    this.#finish = finish;
    if (finish.stopReason === "refusal") this.#emitRefusal(candidate["finishMessage"]);
    return undefined;
  }

  #takePart(part: JsonObject, id: string): void {
    const signature = filledOf(part["thoughtSignature"]);
    const call = callOf(part);
    if (call !== undefined) {
      this.#calls.take(call, signature, id);
      return;
    }
    const text = part["text"];
    if (typeof text === "string") {
      if (text !== "") this.#calls.flush();
      if (part["thought"] === true) this.#emitter.thinking(text, signature);
      else this.#emitter.text(text, signature);
      return;
    }
    if ("executableCode" in part) this.#codeRuns += 1;
    emitCode(part, this.#emitter, `${id}_${this.#codeRuns}`);
    const media = part["inlineData"];
    if (isObject(media))
      this.#emitter.text(`[${String(media["mimeType"])} from the model omitted]`);
  }

  /** The provider's own words about a refusal, where there is nothing else to read. */
  #emitRefusal(message: unknown): void {
    if (!this.#emitter.hasBlocks && typeof message === "string") this.#emitter.text(message);
  }

  /** Calls that were told are to be run whatever the reason says: for Gemini they end with an ordinary stop. */
  #stopReason(told: StopReason): StopReason {
    return this.#calls.count > 0 && told !== "refusal" ? "tool_use" : told;
  }
}

function failureOf(reason: string, message: unknown): UpstreamError {
  return { kind: "server", message: filledOf(message) ?? `the model's answer failed: ${reason}` };
}

/** The first candidate: more are never asked for. */
function candidatesOf(response: JsonObject): readonly JsonObject[] {
  const candidates = response["candidates"];
  if (!Array.isArray(candidates)) return [];
  return candidates
    .filter(isObject)
    .filter(({ index }) => index === undefined || index === 0)
    .slice(0, 1);
}

function partsOf(candidate: JsonObject): readonly JsonObject[] {
  const content = candidate["content"];
  const parts = isObject(content) ? content["parts"] : undefined;
  return Array.isArray(parts) ? parts.filter(isObject) : [];
}

/** Zero and the name of zero mean that nothing was blocked. */
function isReason(value: unknown): boolean {
  return (
    (typeof value === "string" && !/^$|UNSPECIFIED$/.test(value)) ||
    (typeof value === "number" && value > 0)
  );
}

function filledOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
