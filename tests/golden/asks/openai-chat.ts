import {
  ANSWER_SCHEMA,
  type Asks,
  LONG_PROMPT,
  LOOK_SCHEMA,
  PATH_SCHEMA,
  PDF,
  PNG,
} from "../cases.ts";

const HELLO = { messages: [{ role: "user", content: "Say hello." }] };
const LOOK = {
  type: "function",
  function: { name: "look", description: "Looks at a file.", parameters: LOOK_SCHEMA },
};
const PATH = { type: "function", function: { name: "look", parameters: PATH_SCHEMA } };
const NOW = { type: "function", function: { name: "now" } };

const LONG = { max_completion_tokens: 200_000, messages: [{ role: "user", content: LONG_PROMPT }] };

export const ASKS: Asks = {
  text: { ...HELLO, max_tokens: 1024, temperature: 0.5, top_p: 0.9, seed: 7, stop: "END" },
  system: {
    user: "user_1",
    messages: [
      { role: "system", content: "You are brief." },
      { role: "developer", content: [{ type: "text", text: "You never shout." }] },
      { role: "user", content: "Hello." },
      { role: "assistant", content: "Hello." },
      { role: "user", content: "Be even briefer." },
      { role: "system", content: "The user has opened a file." },
    ],
  },
  tools: {
    tools: [LOOK, NOW],
    tool_choice: { type: "function", function: { name: "look" } },
    parallel_tool_calls: false,
    messages: [{ role: "user", content: "What is in /ü?" }],
  },
  parallel: {
    tools: [PATH, NOW],
    tool_choice: "required",
    messages: [
      { role: "user", content: "Look at both." },
      {
        role: "assistant",
        content: "I look at both.",
        tool_calls: [
          { id: "call_A", type: "function", function: { name: "look", arguments: '{"path":"a"}' } },
          { id: "call_B", type: "function", function: { name: "look", arguments: '{"path":"b"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_A", content: "A cat." },
      { role: "tool", tool_call_id: "call_B", content: "Error: No such file." },
      { role: "user", content: "And what time is it?" },
    ],
  },
  images: {
    messages: [
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}`, detail: "low" } },
          { type: "image_url", image_url: { url: "https://pictures.example/cat.png" } },
          {
            type: "file",
            file: { filename: "cats.pdf", file_data: `data:application/pdf;base64,${PDF}` },
          },
          { type: "text", text: "What is this?" },
        ],
      },
    ],
  },
  thinking: {
    max_completion_tokens: 16_000,
    reasoning_effort: "high",
    tools: [PATH],
    messages: [{ role: "user", content: "What is in /ü?" }],
  },
  structured: {
    ...HELLO,
    response_format: {
      type: "json_schema",
      json_schema: { name: "answer", strict: true, schema: ANSWER_SCHEMA },
    },
  },
  error: HELLO,

  refusal: HELLO,
  long: LONG,
  overflow: LONG,
};
