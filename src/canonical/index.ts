export type {
  Block,
  CacheMark,
  DocumentBlock,
  ImageBlock,
  JsonObject,
  MediaSource,
  OpaqueBlock,
  RedactedThinkingBlock,
  TextBlock,
  ThinkingBlock,
  ToolResultBlock,
  ToolUseBlock,
} from "./blocks.ts";
export { collectMessage } from "./collect-message.ts";
export type { AnswerContext, UpstreamDialect, WrittenRequest } from "./dialect.ts";
export type { UpstreamError, UpstreamErrorKind } from "./error.ts";
export { jsonText, parseExact, parseToolInput } from "./exact-json.ts";
export type { Message, StopReason, TokenUsage } from "./message.ts";
export { messageEvents } from "./message-events.ts";
export {
  ANTHROPIC,
  NOTHING_LEFT,
  type OpenedThinking,
  openThinking,
  proofsIn,
  SEAL_MARK,
  sealThinking,
  thinkingFor,
  withoutThinking,
} from "./provenance.ts";
export type { Remedy } from "./remedy.ts";
export type {
  CanonicalRequest,
  Effort,
  FunctionTool,
  OutputFormat,
  ServerTool,
  Thinking,
  Tool,
  ToolChoice,
  Turn,
} from "./request.ts";
export { type Sealing, StreamSealer, sealMessage } from "./seal-answer.ts";
export { OWN_SEARCH_ID, openSnippet, packSnippet } from "./search-snippet.ts";
export type { BlockDelta, OpenedBlock, StreamEvent, StreamReader } from "./stream.ts";
export { sumUsage } from "./sum-usage.ts";
