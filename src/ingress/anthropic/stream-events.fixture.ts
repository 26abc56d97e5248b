import fc from "fast-check";
import type { BlockDelta, OpenedBlock, StreamEvent, TokenUsage } from "../../canonical/index.ts";

const text = fc.string({ minLength: 1, unit: "grapheme" });
const count = fc.nat(2 ** 40);

interface Filled {
  readonly block: OpenedBlock;
  readonly deltas: readonly BlockDelta[];
}

const filled: fc.Arbitrary<Filled> = fc.oneof(
  fc.array(text).map((parts) => ({
    block: { type: "text" as const },
    deltas: parts.map((part) => ({ type: "text" as const, text: part })),
  })),
  fc.tuple(fc.array(text), fc.option(text)).map(([parts, signature]) => ({
    block: { type: "thinking" as const },
    deltas: [
      ...parts.map((part) => ({ type: "thinking" as const, text: part })),
      ...(signature === null ? [] : [{ type: "signature" as const, signature }]),
    ],
  })),
  text.map((data) => ({ block: { type: "redacted_thinking" as const, data }, deltas: [] })),
  fc.tuple(text, fc.array(text)).map(([name, parts]) => ({
    block: { type: "tool_use" as const, id: "", name },
    deltas: parts.map((json) => ({ type: "input" as const, json })),
  })),
  fc
    .tuple(fc.constantFrom("server_tool_use", "new_block"), fc.array(text))
    .map(([kind, parts]) => ({
      block: { type: "opaque" as const, kind, raw: { type: kind, a: [1] } },
      deltas: parts.map((part) => ({ type: "opaque" as const, raw: { type: "new_delta", part } })),
    })),
);

/** Usage with every count that the wire must have. */
const usage: fc.Arbitrary<TokenUsage> = fc
  .tuple(count, count, count)
  .map(([input, output, cacheRead]) => ({ input, output, cacheRead }));

/** Streams of which every one is by the contract, from the first event to an end or an error. */
export const streamEvents: fc.Arbitrary<readonly StreamEvent[]> = fc
  .record({
    blocks: fc.array(filled, { maxLength: 6 }),
    usage,
    reason: fc.constantFrom("end_turn" as const, "max_tokens" as const, "refusal" as const),
    isBroken: fc.boolean(),
  })
  .map(({ blocks, usage: counted, reason, isBroken }): readonly StreamEvent[] => {
    const hasCall = blocks.some(({ block }) => block.type === "tool_use");
    const stopReason = hasCall ? "tool_use" : reason;
    return [
      { type: "start", id: "msg_1", model: "served", usage: counted },
      ...blocks.flatMap(({ block, deltas }, index): readonly StreamEvent[] => [
        {
          type: "block",
          block: block.type === "tool_use" ? { ...block, id: `call_${index}` } : block,
        },
        ...deltas.map((delta) => ({ type: "delta" as const, delta })),
        { type: "block_end" },
      ]),
      isBroken
        ? { type: "error", error: { kind: "overloaded", message: "Overloaded" } }
        : { type: "end", stopReason, usage: counted },
    ];
  });
