import { at, isRecord, textAt } from "../conformance/exchange.ts";

/** What an answer says, read in the plainest way: every response at once, nothing of the reader under test. */
export interface Told {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly signatures: readonly string[];
  readonly code: readonly unknown[];
  readonly pages: readonly unknown[];
  readonly reasons: readonly unknown[];
  readonly blocked: unknown;
  readonly message: unknown;
  readonly model: unknown;
  readonly usage: Readonly<Record<string, number | undefined>> | undefined;
}

/** Parts that say nothing of the answer: Google's own record of a search, which the grounding tells again. */
const RECORD_ONLY: readonly string[] = ["toolCall", "toolResponse", "inlineData"];

/** The responses in a recorded body: the lines of a stream, or the one body. */
export function responsesOf(body: Buffer): readonly unknown[] {
  const text = body.toString("utf8");
  if (!text.startsWith("data:")) return [JSON.parse(text)];
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line): unknown => JSON.parse(line.slice(5)));
}

export function tell(responses: readonly unknown[]): Told {
  const candidates = responses.flatMap((response) => list(at(response, "candidates")));
  const parts = candidates.flatMap((each) => list(at(each, "content", "parts")));
  const texts = (isThought: boolean): string =>
    parts
      .filter((part) => (at(part, "thought") === true) === isThought)
      .map((part) => textAt(part, "text") ?? "")
      .join("");
  const messages = [
    ...responses.map((each) => at(each, "promptFeedback", "blockReasonMessage")),
    ...candidates.map((each) => at(each, "finishMessage")),
  ];
  return {
    text: texts(false),
    thoughts: texts(true),
    calls: callsOf(parts),
    signatures: parts.filter(isSaid).flatMap((part) =>
      list([at(part, "thoughtSignature")])
        .filter(Boolean)
        .map(String),
    ),
    code: parts
      .flatMap((part) => [
        at(part, "executableCode", "code"),
        at(part, "codeExecutionResult", "output"),
      ])
      .filter((each) => each !== undefined),
    pages: candidates
      .flatMap((each) => list(at(each, "groundingMetadata", "groundingChunks")))
      .flatMap((chunk) => list([at(chunk, "web", "uri")]).filter(Boolean)),
    reasons: candidates
      .map((each) => at(each, "finishReason"))
      .filter((each) => each !== undefined),
    blocked: responses.map((each) => at(each, "promptFeedback", "blockReason")).find(Boolean),
    message: messages.find(Boolean),
    model: at(responses[0], "modelVersion"),
    usage: usageOf(responses),
  };
}

/** A signature on code that Google ran goes nowhere: no request can give that part back. */
function isSaid(part: unknown): boolean {
  const keys = isRecord(part) ? Object.keys(part) : [];
  return !keys.some((key) =>
    [...RECORD_ONLY, "executableCode", "codeExecutionResult"].includes(key),
  );
}

/** Arguments whole, or in pieces that the recordings have only at the top level. */
function callsOf(parts: readonly unknown[]): Told["calls"] {
  const calls: { name: string; args: Record<string, unknown> }[] = [];
  for (const part of parts) {
    const call = at(part, "functionCall");
    if (!isRecord(call)) continue;
    const name = call["name"];
    const args = call["args"];
    if (typeof name === "string") calls.push({ name, args: isRecord(args) ? { ...args } : {} });
    const last = calls.at(-1)?.args ?? {};
    for (const piece of list(call["partialArgs"])) {
      const key = String(at(piece, "jsonPath")).slice(2);
      last[key] = `${textAt(last, key) ?? ""}${textAt(piece, "stringValue") ?? ""}`;
    }
  }
  return calls;
}

function usageOf(responses: readonly unknown[]): Told["usage"] {
  const counted = responses
    .map((each) => at(each, "usageMetadata"))
    .filter(isRecord)
    .filter((each) => "promptTokenCount" in each);
  const last = counted.at(-1);
  if (last === undefined) return undefined;
  const count = (name: string): number => Number(last[name] ?? 0);
  const told = (name: string): number | undefined => (name in last ? count(name) : undefined);
  return {
    input:
      count("promptTokenCount") +
      count("toolUsePromptTokenCount") -
      count("cachedContentTokenCount"),
    cacheRead: told("cachedContentTokenCount"),
    output: count("candidatesTokenCount") + count("thoughtsTokenCount"),
    reasoning: told("thoughtsTokenCount"),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
