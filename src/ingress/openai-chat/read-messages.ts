import type { CanonicalRequest, TextBlock, ToolResultBlock, Turn } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { CallIds } from "./call-ids.ts";
import { readAssistant } from "./read-assistant.ts";
import { readCache } from "./read-cache.ts";
import { readText, readUserContent } from "./read-content.ts";
import { unread } from "./unread.ts";

const MEMBERS = new Set(["role", "content", "cache_control"]);
const RESULT_MEMBERS = new Set(["role", "content", "cache_control", "tool_call_id", "name"]);

type Conversation = Pick<CanonicalRequest, "system" | "turns">;

/** The messages as turns. What the system says before anybody else is the system prompt; later it stays where it stands. */
export function readConversation(field: Field): Conversation {
  const messages = field.items("Send the conversation as a list of messages.");
  if (messages.length === 0 && Array.isArray(field.value)) {
    field.refuse("at least one message", "Send the user's message.");
  }
  const reader = new ConversationReader();
  for (const message of messages) reader.read(message);
  return reader;
}

class ConversationReader implements Conversation {
  readonly system: TextBlock[] = [];
  readonly turns: Turn[] = [];
  readonly #ids = new CallIds();

  read(message: Field): void {
    const role = message.at("role");
    switch (role.value) {
      case "system":
      case "developer":
        this.#system(message);
        break;
      case "user":
        this.#user(message);
        break;
      case "assistant":
        this.#assistant(message);
        break;
      case "tool":
      case "function":
        this.#result(message, role.value);
        break;
      default:
        role.refuse("system, developer, user, assistant or tool", "Send one of these roles.");
    }
  }

  #system(message: Field): void {
    const content = readText(message.at("content"), readCache(message.at("cache_control")));
    if (this.turns.length === 0) this.system.push(...content);
    else this.turns.push({ role: "system", content, extra: unread(message, MEMBERS) });
  }

  /** Joins the results before it: they and what the user says to them are one turn. */
  #user(message: Field): void {
    const content = readUserContent(message.at("content"), readCache(message.at("cache_control")));
    const extra = unread(message, MEMBERS);
    const last = this.turns.at(-1);
    if (last?.role === "user" && last.content.some(isResult)) {
      const both = last.extra === undefined ? extra : { ...last.extra, ...extra };
      this.#replaceLast({ role: "user", content: [...last.content, ...content], extra: both });
    } else {
      this.turns.push({ role: "user", content, extra });
    }
  }

  /** One that says nothing is left out: no API takes an empty turn. */
  #assistant(message: Field): void {
    const turn = readAssistant(message, this.#ids);
    if (turn.content.length > 0) this.turns.push(turn);
  }

  /** All results of a turn are in one turn of the user, before everything else of it. */
  #result(message: Field, role: "tool" | "function"): void {
    const result: ToolResultBlock = {
      type: "tool_result",
      toolUseId: this.#answeredId(message, role),
      content: readText(message.at("content")),
      isError: false,
      cache: readCache(message.at("cache_control")),
      extra: unread(message, RESULT_MEMBERS),
    };
    const last = this.turns.at(-1);
    if (last?.role !== "user") {
      this.turns.push({ role: "user", content: [result] });
      return;
    }
    const results = last.content.filter(isResult);
    const others = last.content.filter((block) => !isResult(block));
    this.#replaceLast({ ...last, content: [...results, result, ...others] });
  }

  #answeredId(message: Field, role: "tool" | "function"): string {
    if (role === "function") {
      return this.#ids.answerOf(message.at("name").text("Name the function that it comes from."));
    }
    const id = message.at("tool_call_id");
    return this.#ids.answerTo(id.optional((it) => it.text("Send the id of the call.")) ?? "");
  }

  #replaceLast(turn: Turn): void {
    this.turns[this.turns.length - 1] = turn;
  }
}

function isResult({ type }: { readonly type: string }): boolean {
  return type === "tool_result";
}
