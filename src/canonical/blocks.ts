/** JSON as it came, for what no dialect here has to understand. */
export type JsonObject = Readonly<Record<string, unknown>>;

interface Extensible {
  /** Members that only the dialect it came in knows, as they came. */
  readonly extra?: JsonObject | undefined;
}

/** How long a prompt cache is to keep what ends here. */
export interface CacheMark extends Extensible {
  readonly ttl: "5m" | "1h";
}

interface Cacheable extends Extensible {
  readonly cache?: CacheMark | undefined;
}

export interface TextBlock extends Cacheable {
  readonly type: "text";
  readonly text: string;
  /** Citations and what else came with it, as they came. */
  readonly extra?: JsonObject | undefined;
}

/** What a model thought. `signature` is the maker's own proof or carrier; it means nothing to anybody else. */
export interface ThinkingBlock extends Extensible {
  readonly type: "thinking";
  readonly text: string;
  readonly signature?: string | undefined;
}

/** Thinking that only its maker can read. */
export interface RedactedThinkingBlock extends Extensible {
  readonly type: "redacted_thinking";
  readonly data: string;
}

/** Where the bytes of an image or a document are. */
export type MediaSource =
  | { readonly kind: "base64"; readonly mediaType: string; readonly data: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "other"; readonly raw: JsonObject };

export interface ImageBlock extends Cacheable {
  readonly type: "image";
  readonly source: MediaSource;
}

export interface DocumentBlock extends Cacheable {
  readonly type: "document";
  readonly source: MediaSource;
  readonly title?: string | undefined;
}

export interface ToolUseBlock extends Cacheable {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  /** JSON text of an object: numbers keep their digits. */
  readonly input: string;
}

export interface ToolResultBlock extends Cacheable {
  readonly type: "tool_result";
  readonly toolUseId: string;
  readonly content: readonly Block[];
  readonly isError: boolean;
}

/** A block that only Anthropic's own API understands: server tools and their results, references, what is new. */
export interface OpaqueBlock {
  readonly type: "opaque";
  /** Its `type` on the wire. */
  readonly kind: string;
  readonly raw: JsonObject;
}

export type Block =
  | TextBlock
  | ThinkingBlock
  | RedactedThinkingBlock
  | ImageBlock
  | DocumentBlock
  | ToolUseBlock
  | ToolResultBlock
  | OpaqueBlock;
