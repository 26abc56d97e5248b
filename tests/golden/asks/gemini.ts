import {
  ANSWER_SCHEMA,
  type Asks,
  LONG_PROMPT,
  LOOK_SCHEMA,
  PATH_SCHEMA,
  PDF,
  PNG,
} from "../cases.ts";

const HELLO = { contents: [{ role: "user", parts: [{ text: "Say hello." }] }] };
const QUESTION = { contents: [{ role: "user", parts: [{ text: "What is in /ü?" }] }] };
const LOOK = {
  name: "look",
  description: "Looks at a file.",
  parametersJsonSchema: LOOK_SCHEMA,
};
const PATH = { name: "look", parametersJsonSchema: PATH_SCHEMA };
const NOW = {
  name: "now",
  parameters: { type: "OBJECT", properties: { zone: { type: "STRING" } } },
};
const PICTURE = { inlineData: { mimeType: "image/png", data: PNG } };

const LONG = {
  generationConfig: { maxOutputTokens: 200_000 },
  contents: [{ role: "user", parts: [{ text: LONG_PROMPT }] }],
};

export const ASKS: Asks = {
  text: {
    ...HELLO,
    generationConfig: {
      maxOutputTokens: 1024,
      temperature: 0.5,
      topK: 40,
      seed: 7,
      stopSequences: ["END"],
    },
    safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
  },
  system: {
    systemInstruction: { parts: [{ text: "You are brief." }, { text: "You never shout." }] },
    contents: [
      { role: "user", parts: [{ text: "Hello." }] },
      { role: "model", parts: [{ text: "Hello." }] },
      { role: "user", parts: [{ text: "Be even briefer." }] },
    ],
  },
  tools: {
    ...QUESTION,
    tools: [{ functionDeclarations: [LOOK, NOW] }],
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["look"] } },
  },
  parallel: {
    tools: [{ functionDeclarations: [PATH, NOW] }],
    toolConfig: { functionCallingConfig: { mode: "ANY" } },
    contents: [
      { role: "user", parts: [{ text: "Look at both." }] },
      {
        role: "model",
        parts: [
          { text: "I look at both." },
          { functionCall: { name: "look", args: { path: "a" } } },
          { functionCall: { name: "look", args: { path: "b" } } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { name: "look", response: { output: "A cat." } } },
          { functionResponse: { name: "look", response: { error: "No such file." } } },
          { text: "And what time is it?" },
        ],
      },
    ],
  },
  images: {
    tools: [{ functionDeclarations: [PATH] }],
    contents: [
      {
        role: "user",
        parts: [
          PICTURE,
          { fileData: { mimeType: "image/png", fileUri: "https://pictures.example/cat.png" } },
          { inlineData: { mimeType: "application/pdf", data: PDF } },
          { text: "What is this?" },
        ],
      },
      { role: "model", parts: [{ functionCall: { name: "look", args: { path: "a" } } }] },
      {
        role: "user",
        parts: [
          {
            functionResponse: { name: "look", response: { output: "A file:" }, parts: [PICTURE] },
          },
        ],
      },
    ],
  },
  thinking: {
    ...QUESTION,
    generationConfig: {
      maxOutputTokens: 16_000,
      thinkingConfig: { includeThoughts: true, thinkingLevel: "high" },
    },
    tools: [{ functionDeclarations: [PATH] }],
  },
  structured: {
    ...HELLO,
    generationConfig: { responseMimeType: "application/json", responseJsonSchema: ANSWER_SCHEMA },
  },
  error: HELLO,

  refusal: HELLO,
  long: LONG,
  overflow: LONG,
};
