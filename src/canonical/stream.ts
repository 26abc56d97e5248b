import type { JsonObject } from "./blocks.ts";
import type { UpstreamError } from "./error.ts";
import type { StopReason, TokenUsage } from "./message.ts";

/** A block that opens; what is in it follows as deltas. */
export type OpenedBlock =
  | { readonly type: "text" }
  | { readonly type: "thinking" }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: string;
      /** Members that only the upstream's dialect knows, as they came. */
      readonly extra?: JsonObject | undefined;
    }
  | { readonly type: "opaque"; readonly kind: string; readonly raw: JsonObject };

/** A piece of the block that is open. */
export type BlockDelta =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  | { readonly type: "signature"; readonly signature: string }
  /** A piece of JSON text. */
  | { readonly type: "input"; readonly json: string }
  | { readonly type: "opaque"; readonly raw: JsonObject };

/**
 * What a stream says, in the order start, (block, delta*, block end)*, end. Never two blocks are open, and nothing follows
 * `end` or `error`.
 */
export type StreamEvent =
  | {
      readonly type: "start";
      readonly id: string;
      readonly model: string;
      readonly usage?: TokenUsage | undefined;
    }
  | { readonly type: "block"; readonly block: OpenedBlock }
  | { readonly type: "delta"; readonly delta: BlockDelta }
  | { readonly type: "block_end" }
  | {
      readonly type: "end";
      readonly stopReason: StopReason;
      readonly stopSequence?: string | undefined;
      readonly usage?: TokenUsage | undefined;
    }
  | { readonly type: "error"; readonly error: UpstreamError };

/** Reads one upstream stream. A state machine: the same events come out however the bytes were split. */
export interface StreamReader {
  /** One whole server-sent event; `event` is undefined where the stream names none. */
  push(event: {
    readonly event: string | undefined;
    readonly data: string;
  }): readonly StreamEvent[];
  /** The bytes are over. A stream that broke off before its own end gives an error. */
  end(): readonly StreamEvent[];
}
