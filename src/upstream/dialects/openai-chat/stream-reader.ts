import { isObject } from "../../../base/json.ts";
import type {
  AnswerContext,
  JsonObject,
  StreamEvent,
  StreamReader,
  TokenUsage,
  UpstreamError,
} from "../../../canonical/index.ts";
import { AnswerIds } from "../shared/answer-ids.ts";
import { clientName } from "../shared/client-name.ts";
import { countOf, objectsOf, textOf } from "../shared/fields.ts";
import { serviceTier } from "../shared/service-tier.ts";
import { stopReasonOf } from "../shared/stop-reason.ts";
import { AnswerBlocks } from "./answer-blocks.ts";
import { type AnswerPiece, readPiece } from "./answer-piece.ts";
import { CallAssembly } from "./call-assembly.ts";
import { jsonOf } from "./json-text.ts";
import { errorIn, errorOf } from "./read-error.ts";
import { readUsage, usageMember } from "./read-usage.ts";
import { failureOf, toldReason } from "./stop-reason.ts";
import { ThinkTags } from "./think-tags.ts";
import type { ChatTraits } from "./traits.ts";

const BROKEN_OFF: UpstreamError = {
  kind: "server",
  message: "The upstream's stream broke off before its end",
};

/** Reads the chunks of one streamed answer. */
export class ChatStreamReader implements StreamReader {
  readonly #traits: ChatTraits;
  readonly #blocks: AnswerBlocks;
  readonly #calls: CallAssembly;
  readonly #tags = new ThinkTags();
  #state: "waiting" | "started" | "over" = "waiting";
  #id = "";
  #model = "";
  #usage: JsonObject | undefined;
  #tier: Pick<TokenUsage, "serviceTier"> = {};
  #finishReason = "";
  #stopSequence = "";
  #isRefused = false;
  /** Reasoning came in members of its own, so tags in the content are the model's text. */
  #hasThinking = false;
  /** What was said behind the calls: they stay one after another. */
  #late: AnswerPiece[] = [];

  constructor(traits: ChatTraits, context: AnswerContext) {
    this.#traits = traits;
    const ids = new AnswerIds(context.callIds);
    this.#blocks = new AnswerBlocks({ keepsDetails: traits.echo.form === "details" });
    this.#calls = new CallAssembly(this.#blocks, ({ id, name }) => ({
      id: ids.assign(id, this.#id),
      name: clientName(name, context.toolNames),
    }));
  }

  push(event: {
    readonly event: string | undefined;
    readonly data: string;
  }): readonly StreamEvent[] {
    if (this.#state === "over") return [];
    const data = event.data.trim();
    if (data === "") return [];
    if (data === "[DONE]") return this.#finish();
    const chunk = jsonOf(data);
    const error = event.event === "error" ? errorOf(chunk) : errorIn(chunk);
    if (error !== undefined) return this.#fail(error);
    if (isObject(chunk)) return this.#read(chunk);
    // A chunk that is cut, or is none, can only be let go once the answer is complete.
    return this.#finishReason === "" ? this.#fail(BROKEN_OFF) : [];
  }

  end(): readonly StreamEvent[] {
    if (this.#state === "over") return [];
    return this.#finishReason === "" ? this.#fail(BROKEN_OFF) : this.#finish();
  }

  #read(chunk: JsonObject): readonly StreamEvent[] {
    this.#id ||= textOf(chunk["id"]);
    this.#model ||= textOf(chunk["model"]);
    this.#usage = usageMember(chunk) ?? this.#usage;
    this.#tier = { ...this.#tier, ...serviceTier(chunk) };
    const choice = objectsOf(chunk["choices"]).find(({ index }) => (countOf(index) ?? 0) === 0);
    if (choice === undefined) return [];
    const error = errorIn(choice);
    if (error !== undefined) return this.#fail(error);
    const events = this.#start();
    // What a chunk says comes before the reason to end that it may also give.
    this.#say(readPiece(choice["delta"]));
    this.#finishReason = textOf(choice["finish_reason"]) || this.#finishReason;
    this.#stopSequence = textOf(choice["stop_reason"]) || this.#stopSequence;
    const failure = failureOf(this.#finishReason);
    const said = [...events, ...this.#blocks.take()];
    if (failure === undefined) return said;
    const message = `The upstream gave up: ${this.#finishReason}`;
    return [...said, ...this.#fail({ kind: failure, message })];
  }

  #start(): readonly StreamEvent[] {
    if (this.#state !== "waiting") return [];
    this.#state = "started";
    return [{ type: "start", id: this.#id, model: this.#model }];
  }

  #say(piece: AnswerPiece): void {
    this.#isRefused ||= piece.refusal !== "";
    this.#hasThinking ||= piece.thinking !== "";
    const isLive = this.#traits.toolCalls === "live";
    const isLate = isLive && this.#calls.hasCalls;
    if (!isLate) this.#sayBlocks(piece);
    else if (saysSomething(piece)) this.#late.push(piece);
    this.#blocks.details(piece.details);
    for (const call of piece.calls) this.#calls.add(call);
    if (!isLive || !this.#calls.hasCalls) return;
    this.#endTags();
    this.#calls.tell();
  }

  #sayBlocks({ thinking, text, refusal }: AnswerPiece): void {
    this.#blocks.thinking(thinking);
    if (this.#hasThinking) this.#endTags();
    for (const piece of text === "" ? [] : this.#tags.push(text)) {
      this.#blocks[piece.kind](piece.text);
    }
    if (refusal !== "") this.#endTags();
    this.#blocks.text(refusal);
  }

  #endTags(): void {
    for (const piece of this.#tags.end()) this.#blocks[piece.kind](piece.text);
  }

  #finish(): readonly StreamEvent[] {
    if (this.#state === "waiting" && this.#finishReason === "" && this.#id === "") {
      return this.#fail(BROKEN_OFF);
    }
    const start = this.#start();
    this.#endTags();
    const told = this.#calls.tellAll();
    for (const piece of this.#late) this.#sayBlocks(piece);
    this.#blocks.close();
    this.#state = "over";
    const produced = { ...told, hasRefusal: this.#isRefused };
    const stopReason = stopReasonOf(toldReason(this.#finishReason), produced);
    const isSequence = stopReason === "end_turn" && this.#stopSequence !== "";
    return [
      ...start,
      ...this.#blocks.take(),
      {
        type: "end",
        ...(isSequence
          ? { stopReason: "stop_sequence", stopSequence: this.#stopSequence }
          : { stopReason }),
        usage: this.#usage && { ...readUsage(this.#usage, this.#traits), ...this.#tier },
      },
    ];
  }

  #fail(error: UpstreamError): readonly StreamEvent[] {
    this.#state = "over";
    return [...this.#blocks.take(), { type: "error", error }];
  }
}

function saysSomething({ thinking, text, refusal }: AnswerPiece): boolean {
  return thinking !== "" || text !== "" || refusal !== "";
}

/** Opens a reader for one streamed answer. */
export function openStream(traits: ChatTraits, context: AnswerContext): StreamReader {
  return new ChatStreamReader(traits, context);
}
