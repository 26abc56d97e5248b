import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { isObject } from "../../../base/json.ts";
import { makeTap } from "./make-tap.ts";
import type { Observation } from "./observation.ts";
import { mergeUsage } from "./usage-merge.ts";

/** Recorded provider traffic beside the checkout; newcomers have none. */
const SHARED = new URL("../../../../../shared", import.meta.url).pathname;
const EXCHANGES = `${SHARED}/corpus/exchanges`;
const RECORDINGS = `${SHARED}/recordings`;
const skipExchanges = existsSync(EXCHANGES) ? false : "no recorded exchanges on this machine";
const skipRecordings = existsSync(RECORDINGS) ? false : "no client recordings on this machine";

interface Recorded {
  readonly name: string;
  readonly bytes: Buffer;
  readonly isStream: boolean;
  /** What a plain reading with JSON.parse finds. */
  readonly expected: Partial<Observation>;
}

describe("taps on recorded answers", () => {
  it("read what a plain parser reads, at several splits", { skip: skipExchanges }, async () => {
    const all = [...exchanges("anthropic-messages"), ...exchanges("anthropic-count-tokens")];
    assert.ok(all.length > 50, `only ${all.length} exchanges`);
    for (const recorded of all) await check(recorded);
  });

  it("read what scripted answers to real clients say", { skip: skipRecordings }, async () => {
    const all = ["claude-2.1.329", "claude", "sdk"].flatMap(recordings);
    assert.ok(all.length > 100, `only ${all.length} recordings`);
    for (const recorded of all) await check(recorded);
  });
});

async function check(recorded: Recorded): Promise<void> {
  for (const size of [recorded.bytes.length + 1, 150, 1]) {
    const tap = makeTap({
      contentType: recorded.isStream ? "text/event-stream" : "application/json",
      contentEncoding: undefined,
      isStream: recorded.isStream,
    });
    assert.ok(tap !== undefined);
    for (let from = 0; from < recorded.bytes.length; from += size) {
      tap.push(recorded.bytes.subarray(from, from + size));
    }
    const seen = await tap.finish();
    const { usage, servedModel, stopReason, deliveredTextBytes, errorType, inputTokensCounted } =
      seen;
    assert.deepEqual(
      { usage, servedModel, stopReason, deliveredTextBytes, errorType, inputTokensCounted },
      { errorType: undefined, inputTokensCounted: undefined, ...recorded.expected },
      `${recorded.name} in chunks of ${size}`,
    );
    assert.equal(seen.failed, false);
  }
}

function* exchanges(protocol: string): Iterable<Recorded> {
  for (const name of readdirSync(`${EXCHANGES}/${protocol}`)) {
    const exchange: unknown = JSON.parse(readFileSync(`${EXCHANGES}/${protocol}/${name}`, "utf8"));
    const response = at(exchange, "response");
    const sse = at(response, "sse");
    if (Array.isArray(sse)) {
      const separator = textOrNothing(at(response, "sse_separator")) ?? "\n\n";
      const text = sse.map(String).join(separator) + separator;
      yield { name, bytes: Buffer.from(text), isStream: true, expected: readStream(text) };
    } else {
      const body = at(response, "body");
      const text = JSON.stringify(body ?? null);
      yield { name, bytes: Buffer.from(text), isStream: false, expected: readBody(body) };
    }
  }
}

function recordings(file: string): readonly Recorded[] {
  const lines = gunzipSync(readFileSync(`${RECORDINGS}/${file}.jsonl.gz`))
    .toString()
    .trim()
    .split("\n");
  const answers = lines.map((line, index) => ({ index, exchange: JSON.parse(line) as unknown }));
  return answers.flatMap(({ index, exchange }): readonly Recorded[] => {
    const response = at(exchange, "response");
    const text = at(response, "body") ?? at(response, "sse");
    const type = textOrNothing(at(at(response, "headers"), "content-type")) ?? "";
    const path = textOrNothing(at(exchange, "path")) ?? "";
    if (typeof text !== "string" || !path.startsWith("/v1/messages")) return [];
    const name = `${file}:${index}`;
    const bytes = Buffer.from(text);
    if (type.includes("event-stream") && isWellFormed(text)) {
      return [{ name, bytes, isStream: true, expected: readStream(text) }];
    }
    const body = type.includes("json") ? parsed(text) : undefined;
    return isObject(body) ? [{ name, bytes, isStream: false, expected: readBody(body) }] : [];
  });
}

/** Scripted faults are left to the fault tests: this reference reader knows only regular streams. */
function isWellFormed(text: string): boolean {
  return text.endsWith("\n\n") && !text.includes("\r") && eventData(text).every(isObject);
}

function eventData(text: string): readonly unknown[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("data:") && line.trim() !== "data: [DONE]")
    .map((line) => parsed(line.slice("data:".length)));
}

function readStream(text: string): Partial<Observation> {
  let usage: Readonly<Record<string, unknown>> | undefined;
  let servedModel: unknown;
  let stopReason: unknown;
  let errorType: unknown;
  let deliveredTextBytes = 0;
  for (const event of eventData(text)) {
    const message = at(event, "message");
    const found = at(message, "usage") ?? at(event, "usage");
    if (isObject(found)) usage = mergeUsage(usage ?? {}, found);
    servedModel =
      at(message, "model") ?? at(at(at(event, "content_block"), "to"), "model") ?? servedModel;
    const delta = at(event, "delta");
    stopReason = at(delta, "stop_reason") ?? at(message, "stop_reason") ?? stopReason;
    errorType = at(at(event, "error"), "type") ?? errorType;
    const delivered =
      at(delta, "text") ??
      at(delta, "partial_json") ??
      at(delta, "thinking") ??
      at(delta, "content");
    if (typeof delivered === "string") deliveredTextBytes += Buffer.byteLength(delivered);
  }
  return {
    usage,
    servedModel: textOrNothing(servedModel),
    stopReason: textOrNothing(stopReason),
    errorType: textOrNothing(errorType),
    deliveredTextBytes,
  };
}

function readBody(body: unknown): Partial<Observation> {
  const usage = at(body, "usage");
  const counted = at(body, "input_tokens");
  return {
    usage: isObject(usage) ? usage : undefined,
    servedModel: textOrNothing(at(body, "model")),
    stopReason: textOrNothing(at(body, "stop_reason")),
    errorType: textOrNothing(at(at(body, "error"), "type")),
    inputTokensCounted: typeof counted === "number" ? counted : undefined,
    deliveredTextBytes: 0,
  };
}

function at(value: unknown, key: string): unknown {
  return isObject(value) ? (value[key] ?? undefined) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
