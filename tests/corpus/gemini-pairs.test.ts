import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { collectMessage } from "../../src/canonical/index.ts";
import { geminiDialect, traitsOf } from "../../src/upstream/dialects/gemini/index.ts";
import { at, textAt } from "../conformance/exchange.ts";
import { noSharedRecordings } from "../conformance/shared-recordings.ts";
import { fromChat } from "./gemini-from-chat.ts";
import { NO_CONTEXT, readPieces, TRAITS } from "./gemini-replay.ts";

const PAIRS = join(
  process.env["SPILLWAY_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "corpus/pairs",
);

const RESULT_KEY = "a result is `output`, the key that Google documents; the peer writes `content`";
const SCHEMA = "JSON Schema goes as it is where the host takes it; the peer always rewrites it";
const NOT_CANONICAL =
  "no member of the canonical form: the reader of the client's dialect names it";
const SILENT_MODEL =
  "the model's name is no Gemini, so the newest generation's knob is used; the peer knows budgets only";

/** Where our request differs from the peer's, and why that is right. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "generation-config": {
    "generationConfig.candidateCount": NOT_CANONICAL,
    "generationConfig.frequencyPenalty": NOT_CANONICAL,
    "generationConfig.presencePenalty": NOT_CANONICAL,
    "generationConfig.responseMimeType": NOT_CANONICAL,
    "generationConfig.seed": NOT_CANONICAL,
    "tools.0.functionDeclarations.0.parameters": SCHEMA,
    "tools.0.functionDeclarations.0.parametersJsonSchema": SCHEMA,
  },
  "multi-turn-tools": {
    "contents.2.parts.0.functionResponse.response.content": RESULT_KEY,
    "contents.2.parts.0.functionResponse.response.output": RESULT_KEY,
    "contents.4.parts.0.functionResponse.response.content": RESULT_KEY,
    "contents.4.parts.0.functionResponse.response.output": RESULT_KEY,
    "tools.0.functionDeclarations.0.parameters": SCHEMA,
    "tools.0.functionDeclarations.0.parametersJsonSchema": SCHEMA,
  },
  "parallel-tool-call": {
    "contents.1.parts.0.thoughtSignature": SILENT_MODEL,
    "contents.2.parts.0.functionResponse.response.content": RESULT_KEY,
    "contents.2.parts.0.functionResponse.response.output": RESULT_KEY,
    "contents.2.parts.1.functionResponse.response.content": RESULT_KEY,
    "contents.2.parts.1.functionResponse.response.output": RESULT_KEY,
  },
  "tool-call": {
    "contents.1.parts.0.thoughtSignature": SILENT_MODEL,
    "contents.2.parts.0.functionResponse.response.content": RESULT_KEY,
    "contents.2.parts.0.functionResponse.response.output": RESULT_KEY,
    "contents.2.parts.1.functionResponse.response.content": RESULT_KEY,
    "contents.2.parts.1.functionResponse.response.output": RESULT_KEY,
  },
  reasoning: {
    "generationConfig.thinkingConfig.thinkingBudget": SILENT_MODEL,
    "generationConfig.thinkingConfig.thinkingLevel": SILENT_MODEL,
  },
  reasoning_max: {
    "generationConfig.thinkingConfig.thinkingBudget": SILENT_MODEL,
    "generationConfig.thinkingConfig.thinkingLevel": SILENT_MODEL,
  },
  "structured-output": {
    "generationConfig.responseJsonSchema": SCHEMA,
    "generationConfig.responseSchema": SCHEMA,
  },
};

/** Pairs whose name has Gemini in it and which are not for this dialect. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^request__gemini__/, "the client speaks Gemini too: the bytes pass, nothing is translated"],
  [/^request__responses__/, "Google's endpoint in OpenAI's dialect, which has its own tests"],
  [/^response__completions__/, "an answer in OpenAI's dialect"],
];

describe("a peer's translations to and from Gemini", { skip: noSharedRecordings }, () => {
  const names = noSharedRecordings === false ? readdirSync(PAIRS) : [];
  for (const name of names.filter((each) => each.includes("gemini")).toSorted()) {
    const elsewhere = ELSEWHERE.find(([pattern]) => pattern.test(name))?.[1];
    const pair: unknown = JSON.parse(readFileSync(join(PAIRS, name), "utf8"));
    it(name, { skip: elsewhere ?? false }, () =>
      at(pair, "direction") === "request" ? checkRequest(pair) : checkAnswer(pair),
    );
  }
});

function checkRequest(pair: unknown): void {
  const request = fromChat(at(pair, "input"));
  const traits = traitsOf(request.model, "vertex");
  const reasons = Object.entries(DIFFERENCES[textAt(pair, "case") ?? ""] ?? {});
  for (const schemas of ["json-schema", "openapi"] as const) {
    const written = geminiDialect.writeRequest(request, { ...traits, schemas });
    assert.ok(written.ok, JSON.stringify(written));
    const found = differences(written.value.body, at(pair, "peer_output"), []);
    const expected = reasons.filter(([, why]) => schemas === "json-schema" || why !== SCHEMA);
    assert.deepEqual(found.toSorted(), expected.map(([path]) => path).toSorted());
  }
}

/** The peer's own summary of the answer: tokens, calls; and its text, where it answers in OpenAI's words. */
function checkAnswer(pair: unknown): void {
  const events = at(pair, "input", "sse");
  const message = Array.isArray(events)
    ? collectMessage(readPieces([Buffer.from(events.map((event) => `${event}\n\n`).join(""))]))
    : geminiDialect.readMessage(
        JSON.parse(JSON.stringify(at(pair, "input", "body"))),
        TRAITS,
        NO_CONTEXT,
      );
  assert.ok(message.ok);
  const { content, usage } = message.value;
  const parsed = parsedOf(pair);
  assert.equal(usage?.input, at(parsed, "input_tokens"));
  assert.equal(usage?.output, at(parsed, "output_tokens"));
  assert.equal(usage?.reasoning, at(parsed, "reasoning_tokens"));
  assert.equal(message.value.model, at(parsed, "provider_model"));
  const told = at(parsed, "output_messages");
  const calls = content.filter((block) => block.type === "tool_use");
  const expected = at(Array.isArray(told) ? told[0] : undefined, "content") ?? [];
  assert.deepEqual(
    calls.map(({ id, name, input }) => ({
      type: "tool_call",
      id,
      name,
      arguments: JSON.parse(input),
    })),
    expected,
  );
  const choices = at(pair, "peer_output", "body", "response", "choices");
  if (!Array.isArray(choices)) return;
  const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("");
  assert.equal(text, at(choices[0], "message", "content") ?? "");
  const thoughts = content
    .flatMap((block) => (block.type === "thinking" ? [block.text] : []))
    .join("");
  assert.equal(thoughts, at(choices[0], "message", "reasoning_content") ?? "");
  const reasons: Readonly<Record<string, string>> = {
    end_turn: "stop",
    tool_use: "tool_calls",
    refusal: "content_filter",
  };
  assert.equal(reasons[message.value.stopReason], at(choices[0], "finish_reason"));
}

/** In a stream it is the last thing that was written. */
function parsedOf(pair: unknown): unknown {
  const sse = at(pair, "peer_output", "sse");
  return Array.isArray(sse)
    ? JSON.parse(String(sse.at(-1)))
    : at(pair, "peer_output", "body", "parsed");
}

/** The innermost paths at which two values differ; a member that only one has is a difference of its own. */
function differences(a: unknown, b: unknown, path: readonly string[]): readonly string[] {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  if (left === right) return [];
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return [path.join(".")];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) =>
    differences(Reflect.get(a, key), Reflect.get(b, key), [...path, key]),
  );
}
