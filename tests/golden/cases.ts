import type { ModelTurn } from "../upstream/model-api.ts";

/** What every pair of dialects is shown; the requests of each client are in `asks`. */
export const CASES = [
  "text",
  "system",
  "tools",
  "parallel",
  "images",
  "thinking",
  "structured",
  "error",
  "overflow",
  "refusal",
  "long",
] as const;

export type CaseName = (typeof CASES)[number];

/** A client's requests, without model and stream. */
export type Asks = Readonly<Record<CaseName, Readonly<Record<string, unknown>>>>;

export const LOOK_SCHEMA = {
  type: "object",
  properties: {
    path: { type: "string", description: "Where to look." },
    depth: { type: ["integer", "null"], minimum: 0 },
  },
  required: ["path"],
  additionalProperties: false,
} as const;

/** Fits in a line with what stands around it. */
export const PATH_SCHEMA = { type: "object", properties: { path: { type: "string" } } } as const;

export const ANSWER_SCHEMA = {
  type: "object",
  properties: { answer: { type: "integer" }, why: { type: "string" } },
  required: ["answer", "why"],
  additionalProperties: false,
} as const;

/** The first bytes of a PNG and of a PDF. */
export const PNG = "iVBORw0KGgo=";
export const PDF = "JVBERi0xLjcK";

/** A prompt of 300 KB that no two places of are alike. */
export const LONG_PROMPT = linesOf("The line with the number", 300_000);
const LONG_ANSWER = linesOf("An answer in many words, by number", 4_000);

const LOOK = { id: "call_look_1", name: "look", input: { path: "/ü", depth: 2 } } as const;

/** What the model says; an error has none. */
export const TURNS: Readonly<Record<CaseName, ModelTurn>> = {
  text: { text: "Hello, world ✓ and more." },
  system: { text: "Understood." },
  tools: { text: "Let me look.", calls: [LOOK] },
  parallel: { calls: [LOOK, { id: "call_now_2", name: "now", input: {} }] },
  images: { text: "A cat, twice." },
  thinking: { reasoning: "I should look first.", proof: "cHJvb2Ytb2YtdGhlLW1vZGVs", calls: [LOOK] },
  structured: { text: '{"answer":42,"why":"It is so."}' },
  error: { text: "This is never told to its end." },
  overflow: {},
  refusal: { refusal: "I cannot help with that." },
  long: { text: LONG_ANSWER, isCut: true },
};

/** What the model says once it was given the result of its call. */
export const AFTER_THINKING: ModelTurn = { text: "There is a cat." };

function linesOf(words: string, length: number): string {
  let text = "";
  for (let line = 1; text.length < length; line += 1) text += `${words} ${line}.\n`;
  return text.slice(0, length);
}
