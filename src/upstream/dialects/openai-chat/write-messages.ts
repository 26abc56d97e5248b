import type {
  CanonicalRequest,
  JsonObject,
  ToolResultBlock,
  ToolUseBlock,
} from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { matchResults, missingResult } from "../shared/tool-results.ts";
import { UniqueIds } from "../shared/unique-ids.ts";
import { echoReasoning } from "./echo-reasoning.ts";
import { writeSystem } from "./system-message.ts";
import { fitId } from "./tool-ids.ts";
import type { ToolNames } from "./tool-names.ts";
import { writeResult } from "./tool-results.ts";
import type { ChatTraits } from "./traits.ts";
import { type AssistantPlan, planTurns, type SaidBlock, type UserPlan } from "./turn-plan.ts";
import { contentOf, loseMark, writeContent, writePart } from "./write-content.ts";

/** For an assistant turn at the end, which only some servers go on from. */
const CONTINUE = "Go on exactly where your last message ends. Repeat nothing of it.";

/** The conversation as messages. */
export function writeMessages(
  request: CanonicalRequest,
  traits: ChatTraits,
  names: ToolNames,
  lose: Lose,
): readonly JsonObject[] {
  const keepThinking = traits.echo.form !== "nothing";
  const plans = planTurns(request.turns, { keepThinking }, lose);
  const writer = new MessageWriter(traits, names, lose);
  for (const plan of plans) {
    if (plan.role === "user") writer.user(plan);
    else writer.assistant(plan);
  }
  if (plans.at(-1)?.role === "assistant") writer.end();
  return [...writeSystem(request, traits, lose), ...writer.messages];
}

/** Writes one conversation, turn by turn. */
class MessageWriter {
  readonly #traits: ChatTraits;
  readonly #names: ToolNames;
  readonly #lose: Lose;
  readonly #ids: UniqueIds;
  readonly #messages: JsonObject[] = [];
  /** The calls that wait for their results, and their ids. */
  #calls: readonly ToolUseBlock[] = [];
  #wireIds: ReadonlyMap<ToolUseBlock, string> = new Map();

  constructor(traits: ChatTraits, names: ToolNames, lose: Lose) {
    this.#traits = traits;
    this.#names = names;
    this.#lose = lose;
    this.#ids = new UniqueIds((id) => fitId(id, traits.toolIds));
  }

  get messages(): readonly JsonObject[] {
    return this.#messages;
  }

  assistant(plan: AssistantPlan): void {
    this.#calls = plan.calls;
    this.#wireIds = new Map(plan.calls.map((call) => [call, this.#ids.assign(call.id)]));
    const toolCalls = plan.calls.map((call) => this.#toolCall(call));
    const content = writeContent(plan.texts, this.#traits, this.#lose);
    this.#messages.push({
      role: "assistant",
      content: content.length === 0 ? this.#traits.emptyContent : content,
      ...echoReasoning(plan, this.#traits.echo, this.#lose),
      ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
    });
  }

  /** All results come first, in the order of the calls: any message between them is refused. */
  user({ results, said }: UserPlan): void {
    const { answered, orphans } = matchResults(this.#calls, results);
    const media: JsonObject[] = [];
    for (const { call, result = this.#missing(call) } of answered) {
      const wireId = this.#wireIds.get(call) ?? call.id;
      const written = this.#writeResult(result, wireId);
      this.#messages.push({ role: "tool", tool_call_id: wireId, content: written.content });
      media.push(...written.media);
    }
    this.#calls = [];
    const rest = orphans.flatMap((orphan) => {
      this.#lose("turns[].tool_result");
      const written = this.#writeResult(orphan, orphan.toolUseId);
      return [{ type: "text", text: `[tool result] ${textIn(written.content)}` }, ...written.media];
    });
    const parts = said.map((block: SaidBlock) => writePart(block, this.#traits, this.#lose));
    this.#say([...media, ...rest, ...parts]);
  }

  /** Ends a conversation whose last turn is the assistant's. */
  end(): void {
    if (this.#calls.length > 0) {
      this.user({ role: "user", results: [], said: [] });
    } else {
      this.#lose("prefill");
      this.#messages.push({ role: "user", content: CONTINUE });
    }
  }

  #say(parts: readonly JsonObject[]): void {
    if (parts.length === 0) return;
    const between = this.#traits.afterToolResults;
    if (between !== undefined && this.#messages.at(-1)?.["role"] === "tool") {
      this.#messages.push({ role: "assistant", content: between });
    }
    this.#messages.push({ role: "user", content: contentOf(parts) });
  }

  #toolCall(call: ToolUseBlock): JsonObject {
    loseMark(call, this.#traits, this.#lose);
    const args = call.input.trim() === "" ? "{}" : call.input;
    return {
      id: this.#wireIds.get(call),
      type: "function",
      function: { name: this.#names.toWire(call.name), arguments: args },
    };
  }

  #writeResult(result: ToolResultBlock, wireId: string) {
    return writeResult(result, wireId, this.#traits, this.#lose);
  }

  #missing(call: ToolUseBlock): ToolResultBlock {
    this.#lose("turns[].tool_use");
    return missingResult(call.id);
  }
}

function textIn(content: string | readonly JsonObject[]): string {
  return typeof content === "string" ? content : String(content[0]?.["text"]);
}
