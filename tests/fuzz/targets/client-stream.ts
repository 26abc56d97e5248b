import assert from "node:assert/strict";
import { isObject } from "../../../src/base/json.ts";
import type { StreamEvent } from "../../../src/canonical/index.ts";
import type { ClientDialect } from "../../../src/exchange/dialect.ts";
import { geminiArrayDialect } from "../../../src/ingress/gemini/index.ts";
import { FACTS } from "./parties.ts";

type Json = Readonly<Record<string, unknown>>;

/** Writes a stream for a client and fails where that is not what the client's own API could have sent. */
export function checkWritten(client: ClientDialect, events: readonly StreamEvent[]): void {
  const writer = client.canonical.openWriter(FACTS);
  const told = events.filter(({ type }) => type !== "error");
  const text = told.map((event) => writer.push(event)).join("");
  const isWhole = told.at(-1)?.type === "end";
  if (client === geminiArrayDialect) {
    if (isWhole) assert.ok(Array.isArray(JSON.parse(text)), "no list");
    return;
  }
  const frames = framesIn(text);
  switch (client.id) {
    case "anthropic":
      return checkMessages(frames, isWhole);
    case "openai-chat":
      return checkChunks(frames, isWhole);
    case "openai-responses":
      return checkResponses(frames, isWhole);
    default:
      if (isWhole) assert.ok(frames.length > 0);
  }
}

interface Frame {
  readonly name: string | undefined;
  /** Undefined: the mark of the end. */
  readonly data: Json | undefined;
}

function framesIn(text: string): readonly Frame[] {
  if (text === "") return [];
  assert.match(text, /\r?\n\r?\n$/, "an event without its end");
  const frames = text.replaceAll("\r\n", "\n").slice(0, -2).split("\n\n");
  return frames.map((frame) => {
    const groups = /^(?:event: (?<name>.*)\n)?data: (?<data>.*)$/.exec(frame)?.groups;
    assert.ok(groups?.["data"] !== undefined, `no event: ${frame}`);
    if (groups["data"] === "[DONE]") return { name: undefined, data: undefined };
    const data: unknown = JSON.parse(groups["data"]);
    assert.ok(isObject(data));
    return { name: groups["name"], data };
  });
}

function checkMessages(frames: readonly Frame[], isWhole: boolean): void {
  let open: number | undefined;
  let blocks = 0;
  frames.forEach(({ name, data }, at) => {
    assert.equal(data?.["type"], name);
    const isFirst = at === 0;
    assert.equal(name === "message_start", isFirst, `${name} at ${at}`);
    switch (name) {
      case "content_block_start":
        assert.equal(open, undefined, "two open blocks");
        assert.equal(data?.["index"], blocks);
        open = blocks;
        blocks += 1;
        break;
      case "content_block_delta":
        assert.ok(open !== undefined, "a delta outside of a block");
        assert.equal(data?.["index"], open);
        break;
      case "content_block_stop":
        assert.equal(data?.["index"], open);
        open = undefined;
        break;
      case "message_delta":
      case "message_stop":
        assert.equal(open, undefined, "an end in an open block");
        break;
      default:
        assert.equal(name, "message_start");
    }
  });
  const stops = frames.flatMap(({ name }, at) => (name === "message_stop" ? [at] : []));
  assert.deepEqual(stops, isWhole ? [frames.length - 1] : []);
}

function checkChunks(frames: readonly Frame[], isWhole: boolean): void {
  const done = frames.flatMap(({ data }, at) => (data === undefined ? [at] : []));
  assert.deepEqual(done, isWhole ? [frames.length - 1] : []);
  const reasons = frames.flatMap(({ data }) => {
    const choices = data?.["choices"];
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    return isObject(choice) && typeof choice["finish_reason"] === "string" ? [1] : [];
  });
  assert.equal(reasons.length, isWhole ? 1 : 0, "reasons to finish");
}

function checkResponses(frames: readonly Frame[], isWhole: boolean): void {
  let items = 0;
  let isOpen = false;
  frames.forEach(({ name, data }, at) => {
    assert.equal(data?.["type"], name);
    assert.equal(data?.["sequence_number"], at);
    if (data?.["output_index"] !== undefined) assert.equal(data["output_index"], items);
    if (name === "response.output_item.added") {
      assert.ok(!isOpen, "two open items");
      isOpen = true;
    } else if (name === "response.output_item.done") {
      assert.ok(isOpen, "an end without an item");
      isOpen = false;
      items += 1;
    }
  });
  if (!isWhole) return;
  const last = frames.at(-1)?.data;
  assert.match(String(last?.["type"]), /^response\.(?:completed|incomplete)$/);
  const response = last?.["response"];
  assert.ok(isObject(response) && Array.isArray(response["output"]));
  assert.equal(response["output"].length, items);
}
