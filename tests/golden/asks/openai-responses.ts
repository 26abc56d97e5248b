import {
  ANSWER_SCHEMA,
  type Asks,
  LONG_PROMPT,
  LOOK_SCHEMA,
  PATH_SCHEMA,
  PDF,
  PNG,
} from "../cases.ts";

const HELLO = { input: "Say hello.", store: false };
const LOOK = {
  type: "function",
  name: "look",
  description: "Looks at a file.",
  parameters: LOOK_SCHEMA,
  strict: false,
};
const PATH = { type: "function", name: "look", parameters: PATH_SCHEMA, strict: false };
const NOW = { type: "function", name: "now", parameters: null, strict: null };

const LONG = { store: false, max_output_tokens: 200_000, input: LONG_PROMPT };

export const ASKS: Asks = {
  text: { ...HELLO, max_output_tokens: 1024, temperature: 0.5, top_p: 0.9 },
  system: {
    store: false,
    prompt_cache_key: "session_1",
    instructions: "You are brief.",
    input: [
      { type: "message", role: "developer", content: "You never shout." },
      { type: "message", role: "user", content: [{ type: "input_text", text: "Hello." }] },
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "Hello.", annotations: [] }],
      },
      { role: "user", content: "Be even briefer." },
      { role: "developer", content: "The user has opened a file." },
    ],
  },
  tools: {
    store: false,
    tools: [
      LOOK,
      NOW,
      {
        type: "custom",
        name: "patch",
        description: "Applies a patch.",
        format: { type: "grammar", syntax: "lark", definition: "start: /.+/" },
      },
    ],
    tool_choice: { type: "function", name: "look" },
    parallel_tool_calls: false,
    input: "What is in /ü?",
  },
  parallel: {
    store: false,
    tools: [PATH, NOW],
    tool_choice: "required",
    input: [
      { role: "user", content: "Look at both." },
      { role: "assistant", content: "I look at both." },
      { type: "function_call", call_id: "call_A", name: "look", arguments: '{"path":"a"}' },
      { type: "function_call", call_id: "call_B", name: "look", arguments: '{"path":"b"}' },
      { type: "function_call_output", call_id: "call_A", output: "A cat." },
      {
        type: "function_call_output",
        call_id: "call_B",
        output: [{ type: "input_text", text: "Error: No such file." }],
      },
      { role: "user", content: "And what time is it?" },
    ],
  },
  images: {
    store: false,
    tools: [PATH],
    input: [
      {
        role: "user",
        content: [
          { type: "input_image", image_url: `data:image/png;base64,${PNG}`, detail: "low" },
          { type: "input_image", image_url: "https://pictures.example/cat.png" },
          {
            type: "input_file",
            filename: "cats.pdf",
            file_data: `data:application/pdf;base64,${PDF}`,
          },
          { type: "input_text", text: "What is this?" },
        ],
      },
      { type: "function_call", call_id: "call_A", name: "look", arguments: '{"path":"a"}' },
      {
        type: "function_call_output",
        call_id: "call_A",
        output: [
          { type: "input_text", text: "A file:" },
          { type: "input_image", image_url: `data:image/png;base64,${PNG}` },
        ],
      },
    ],
  },
  thinking: {
    store: false,
    max_output_tokens: 16_000,
    reasoning: { effort: "high", summary: "auto" },
    include: ["reasoning.encrypted_content"],
    tools: [PATH],
    input: [{ role: "user", content: "What is in /ü?" }],
  },
  structured: {
    ...HELLO,
    text: { format: { type: "json_schema", name: "answer", strict: true, schema: ANSWER_SCHEMA } },
  },
  error: HELLO,

  refusal: HELLO,
  long: LONG,
  overflow: LONG,
};
