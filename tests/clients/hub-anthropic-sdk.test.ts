import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { before, describe, it } from "node:test";
import { isObject } from "../../src/base/json.ts";
import { type Block, parseToolInput, type StreamEvent } from "../../src/canonical/index.ts";
import { anthropicMessages } from "../../src/upstream/dialects/anthropic/hub/index.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";
import {
  ANSWER,
  EVERYTHING,
  NO_CONTEXT,
  readStream,
  writeStream,
} from "../corpus/anthropic-rig.ts";
import { installClients } from "./install.ts";

/** The part of the official SDK that accumulates a stream; its two majors share it. */
interface SdkModule {
  readonly default: new (options: {
    readonly baseURL: string;
    readonly apiKey: string;
    readonly maxRetries: number;
  }) => {
    readonly messages: { stream(body: object): { finalMessage(): Promise<unknown> } };
  };
}

const QUESTION = { model: "any", max_tokens: 1, messages: [{ role: "user", content: "?" }] };
const CALLS: readonly StreamEvent[] = [
  { type: "start", id: "chatcmpl-1", model: "gpt" },
  { type: "block", block: { type: "thinking" } },
  { type: "delta", delta: { type: "thinking", text: "Hm. " } },
  { type: "delta", delta: { type: "signature", signature: "spw1.openai.AA.mac" } },
  { type: "block_end" },
  { type: "block", block: { type: "tool_use", id: "call_0", name: "list" } },
  { type: "delta", delta: { type: "input", json: '{"path":' } },
  { type: "delta", delta: { type: "input", json: '"/ü"}' } },
  { type: "block_end" },
  { type: "block", block: { type: "tool_use", id: "call_1", name: "now" } },
  { type: "block_end" },
  { type: "end", stopReason: "tool_use", usage: { input: 12, output: 34, cacheRead: 5 } },
];

for (const alias of ["anthropic-sdk-0", "anthropic-sdk-1"]) {
  describe(`the official SDK (${alias}) reads what the hub writes`, () => {
    let open: SdkModule["default"];
    before(async () => {
      await installClients();
      const loaded: SdkModule = await import(alias);
      open = loaded.default;
    });

    /** What the SDK makes of these events. */
    async function accumulate(events: readonly StreamEvent[]): Promise<unknown> {
      const server = createServer((_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).end(writeStream(events));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        const { port } = server.address() as AddressInfo;
        const options = { baseURL: `http://127.0.0.1:${port}`, apiKey: "none", maxRetries: 0 };
        const message = await new open(options).messages.stream(QUESTION).finalMessage();
        return JSON.parse(JSON.stringify(message));
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }

    it("calls, thinking and usage of another provider", async () => {
      const message = await accumulate(CALLS);
      assert.ok(isObject(message));
      const { parsed_output: _ofTheSdk, ...sent } = message;
      assert.deepEqual(sent, {
        id: "chatcmpl-1",
        type: "message",
        role: "assistant",
        model: ANSWER.model,
        content: [
          { type: "thinking", thinking: "Hm. ", signature: "spw1.openai.AA.mac" },
          { type: "tool_use", id: "call_0", name: "list", input: { path: "/ü" } },
          { type: "tool_use", id: "call_1", name: "now", input: {} },
        ],
        stop_reason: "tool_use",
        stop_sequence: null,
        usage: { input_tokens: 12, output_tokens: 34, cache_read_input_tokens: 5 },
      });
    });

    it("an error within the stream as an error", async () => {
      const error = { kind: "overloaded", message: "Overloaded" } as const;
      const broken = [...CALLS.slice(0, 3), { type: "error", error } as const];
      await assert.rejects(accumulate(broken), /overloaded_error/);
    });

    it("every recorded stream as the message that it is", {
      skip: noSharedRecordings,
    }, async () => {
      let count = 0;
      for (const { name, response } of corpusExchanges("anthropic-messages")) {
        if (!response.body.includes("event: message_start")) continue;
        const events = readStream([response.body]);
        const message = await accumulate(events);
        assert.ok(isObject(message));
        const read = anthropicMessages.readMessage(message, EVERYTHING, NO_CONTEXT);
        assert.ok(read.ok, name);
        assert.deepEqual(wordsAndCalls(read.value.content), wordsAndCalls(collect(events)), name);
        count += 1;
      }
      assert.ok(count > 25, `only ${count} streams`);
    });
  });
}

/** The blocks of a stream, as far as they are text or calls. */
function collect(events: readonly StreamEvent[]): readonly Block[] {
  const blocks: Block[] = [];
  for (const event of events) {
    const last = blocks.at(-1);
    if (event.type === "block") {
      if (event.block.type === "text") blocks.push({ type: "text", text: "" });
      if (event.block.type === "tool_use") blocks.push({ ...event.block, input: "" });
    } else if (event.type === "delta" && event.delta.type === "text" && last?.type === "text") {
      blocks[blocks.length - 1] = { ...last, text: last.text + event.delta.text };
    } else if (
      event.type === "delta" &&
      event.delta.type === "input" &&
      last?.type === "tool_use"
    ) {
      blocks[blocks.length - 1] = { ...last, input: last.input + event.delta.json };
    }
  }
  return blocks;
}

function wordsAndCalls(blocks: readonly Block[]): readonly unknown[] {
  return blocks.flatMap((block): readonly unknown[] => {
    if (block.type === "text") return block.text === "" ? [] : [block.text];
    return block.type === "tool_use" ? [{ ...block, input: parseToolInput(block.input) }] : [];
  });
}
