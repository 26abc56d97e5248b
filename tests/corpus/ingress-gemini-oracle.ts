import { at, isRecord, textAt } from "../conformance/exchange.ts";

/** What a request says, read in the plainest way: nothing of the reader under test. */
export interface Said {
  readonly system: string;
  /** Role, kind and what is said, one for each part. */
  readonly history: readonly (readonly [string, string, unknown])[];
  readonly functions: readonly unknown[];
  readonly hasSearch: boolean;
  readonly mode: unknown;
  readonly chosen: unknown;
  readonly config: unknown;
}

/** Members of the configuration that both directions can carry. */
const CARRIED: readonly string[] = [
  "maxOutputTokens",
  "temperature",
  "topP",
  "topK",
  "stopSequences",
  "responseJsonSchema",
];

export function say(body: unknown): Said {
  const whole = camelCased(body);
  const config = at(whole, "generationConfig");
  const tools = list(at(whole, "tools"));
  const calling = at(whole, "toolConfig", "functionCallingConfig");
  const allowed = list(at(calling, "allowedFunctionNames"));
  const mode = at(calling, "mode");
  return {
    system: list(at(whole, "systemInstruction", "parts"))
      .map((part) => textAt(part, "text"))
      .join("\n\n"),
    history: joined(
      list(at(whole, "contents")).flatMap((content) =>
        list(at(content, "parts")).flatMap((part) => {
          const said = sayPart(part);
          return said === undefined ? [] : [[textAt(content, "role") ?? "user", ...said] as const];
        }),
      ),
    ),
    functions: tools.flatMap((tool) => list(at(tool, "functionDeclarations")).map(sayFunction)),
    hasSearch: tools.some((tool) => isRecord(at(tool, "googleSearch"))),
    mode: mode === "VALIDATED" ? "AUTO" : mode,
    chosen: allowed.length === 1 ? allowed[0] : undefined,
    config: Object.fromEntries(
      CARRIED.map((name) => [name, lowered(at(config, name))]).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  };
}

/** A model's text in a row is one text: clients keep the pieces of a stream. */
function joined(history: Said["history"]): Said["history"] {
  const all: (readonly [string, string, unknown])[] = [];
  for (const said of history) {
    const last = all.at(-1);
    const isPiece = [last, said].every((each) => each?.[0] === "model" && each[1] === "text");
    if (isPiece) all[all.length - 1] = ["model", "text", `${String(last?.[2])}${String(said[2])}`];
    else all.push(said);
  }
  return all;
}

/** Undefined: thoughts, which go to their maker alone, and parts with nothing in them. */
function sayPart(part: unknown): readonly [string, unknown] | undefined {
  const text = at(part, "text");
  if (at(part, "thought") === true || text === "") return undefined;
  if (text !== undefined) return ["text", text];
  const call = at(part, "functionCall");
  if (call !== undefined) return ["call", { name: at(call, "name"), args: at(call, "args") }];
  const result = at(part, "functionResponse");
  if (result !== undefined) {
    const media = list(at(result, "parts")).map((each) => sayPart(each));
    return ["result", { name: at(result, "name"), ...sayResponse(at(result, "response")), media }];
  }
  const data = at(part, "inlineData", "data");
  if (data !== undefined) return ["data", data];
  const uri = at(part, "fileData", "fileUri");
  return uri === undefined ? undefined : ["uri", uri];
}

function sayResponse(response: unknown): { readonly said: string; readonly isError: boolean } {
  const error = textAt(response, "error");
  const output = at(response, "output") ?? response;
  const said = error ?? (typeof output === "string" ? output : JSON.stringify(output));
  return { said, isError: error !== undefined };
}

function sayFunction(declaration: unknown): unknown {
  const schema = at(declaration, "parametersJsonSchema") ??
    at(declaration, "parameters") ?? { type: "object", properties: {} };
  const { name, description = "" } = isRecord(declaration) ? declaration : {};
  return { name, description, schema: lowered(schema) };
}

/** Google's own schemas say their types in capitals. */
function lowered(value: unknown): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value), (key, inner) =>
    key === "type" && typeof inner === "string" ? inner.toLowerCase() : inner,
  );
}

/** Members in the spelling that most clients use. */
function camelCased(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (_key, inner: unknown) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).map(([name, each]) => [WORDS[name] ?? name, each]))
      : inner,
  );
}

const WORDS: Readonly<Record<string, string>> = {
  function_call: "functionCall",
  function_response: "functionResponse",
  parameters_json_schema: "parametersJsonSchema",
  file_data: "fileData",
  file_uri: "fileUri",
  inline_data: "inlineData",
};

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
