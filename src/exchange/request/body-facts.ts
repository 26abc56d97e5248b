import { isObject, parseJson } from "../../base/json.ts";
import { type JsonMember, spanOf } from "../../base/json-scan.ts";
import type { RequestBody } from "./body.ts";
import type { Facts } from "./facts.ts";

/** Members of a few bytes; larger ones are something else, and are not parsed. */
const MAX_SMALL_BYTES = 16 * 1024;
/** What a client asks for last is at the end of its messages. */
const TAIL_BYTES = 24 * 1024;
/** About what code has. */
const BYTES_PER_TOKEN = 4;

/** What a body tells besides what every request is asked; read from its byte spans, each when it is asked for. */
export class BodyFacts {
  readonly #parts: readonly Buffer[];
  readonly #bytes: number;
  readonly #members: readonly JsonMember[];

  constructor(body: RequestBody, { members }: Facts) {
    this.#parts = body.kind === "held" && body.plain.ok ? body.plain.value : [];
    this.#bytes = body.kind === "held" ? body.plainBytes : 0;
    this.#members = members ?? [];
  }

  get inputTokens(): number {
    return Math.ceil(this.#bytes / BYTES_PER_TOKEN);
  }

  /** The model is given functions of the client's to call. */
  get hasTools(): boolean {
    const tools = this.#textOf("tools");
    return (
      tools !== undefined && /[^[\]\s]/.test(tools.slice(0, 64)) && !this.#isSearchAlone(tools)
    );
  }

  /** @source the APIs' references (read 2026-11-21) */
  get offersWebSearch(): boolean {
    const tools = this.#textOf("tools") ?? "";
    return (
      (tools.includes("web_search") && /"type"\s*:\s*"web_search/.test(tools)) ||
      /"google_?[sS]earch"\s*:/.test(tools) ||
      this.#find("web_search_options") !== undefined
    );
  }

  get thinks(): boolean {
    const thinking = this.#objectOf("thinking")?.["type"];
    const effort = this.#objectOf("reasoning")?.["effort"] ?? this.#valueOf("reasoning_effort");
    const config = this.#objectOf("generationConfig")?.["thinkingConfig"];
    return (
      (thinking !== undefined && thinking !== "disabled") ||
      (typeof effort === "string" && effort !== "none") ||
      (isObject(config) && config["thinkingBudget"] !== 0)
    );
  }

  /** Quotes within a text are escaped, so what looks like a block is one. */
  get hasImage(): boolean {
    return CONVERSATION.some((name) => {
      const bytes = this.#bytesOf(name);
      return bytes?.includes("image") === true && IMAGE.test(bytes.toString("latin1"));
    });
  }

  /** The answer is to be an object with a title. */
  get asksForTitle(): boolean {
    const format = this.#objectOf("output_config")?.["format"];
    const schema = isObject(format) ? format["schema"] : undefined;
    const properties = isObject(schema) ? schema["properties"] : undefined;
    return isObject(properties) && "title" in properties;
  }

  /** The end of the conversation, as it is written. */
  get tail(): string {
    const member = this.#find("messages");
    if (member === undefined) return "";
    const { valueStart, valueEnd } = member;
    // Of the rest, which may be a megabyte, nothing is copied.
    const start = Math.max(valueStart, valueEnd - TAIL_BYTES);
    return spanOf(this.#parts, start, valueEnd).toString("latin1");
  }

  #isSearchAlone(tools: string): boolean {
    return tools.length < 512 && /^\[\s*\{\s*"type"\s*:\s*"web_search_[^{}]*\}\s*\]$/.test(tools);
  }

  #find(name: string): JsonMember | undefined {
    return this.#members.findLast((member) => member.name === name);
  }

  #bytesOf(name: string): Buffer | undefined {
    const member = this.#find(name);
    return member && spanOf(this.#parts, member.valueStart, member.valueEnd);
  }

  #textOf(name: string): string | undefined {
    return this.#bytesOf(name)?.toString("latin1");
  }

  #valueOf(name: string): unknown {
    const parsed = parseJson(this.#bytesOf(name) ?? Buffer.alloc(0), { maxBytes: MAX_SMALL_BYTES });
    return parsed.ok ? parsed.value : undefined;
  }

  #objectOf(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.#find(name)?.type === "object" ? this.#valueOf(name) : undefined;
    return isObject(value) ? value : undefined;
  }
}

const CONVERSATION = ["messages", "input", "contents"] as const;
/** @source the four APIs' references (read 2026-11-21) */
const IMAGE = /"type"\s*:\s*"(?:image|image_url|input_image)"|"mime_?[tT]ype"\s*:\s*"image\//;

/** Members that are read only where somebody asks. */
export const TELLING: ReadonlySet<string> = new Set([
  ...CONVERSATION,
  "tools",
  "thinking",
  "reasoning",
  "reasoning_effort",
  "generationConfig",
  "output_config",
  "web_search_options",
]);
