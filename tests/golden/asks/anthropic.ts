import {
  ANSWER_SCHEMA,
  type Asks,
  LONG_PROMPT,
  LOOK_SCHEMA,
  PATH_SCHEMA,
  PDF,
  PNG,
} from "../cases.ts";

const HELLO = { max_tokens: 1024, messages: [{ role: "user", content: "Say hello." }] };
const LOOK = { name: "look", description: "Looks at a file.", input_schema: LOOK_SCHEMA };
const PATH = { name: "look", input_schema: PATH_SCHEMA };
const NOW = { name: "now", input_schema: { type: "object", properties: {} } };
const PICTURE = { type: "base64", media_type: "image/png", data: PNG };

const LONG = { max_tokens: 200_000, messages: [{ role: "user", content: LONG_PROMPT }] };

export const ASKS: Asks = {
  text: { ...HELLO, temperature: 0.5, top_k: 40, stop_sequences: ["END"] },
  system: {
    max_tokens: 1024,
    metadata: { user_id: "user_1" },
    system: [
      { type: "text", text: "x-anthropic-billing-header: cc_version=2.1; cch=00000;" },
      { type: "text", text: "You are brief.", cache_control: { type: "ephemeral" } },
      { type: "text", text: "You never shout." },
    ],
    messages: [
      { role: "user", content: "Hello." },
      { role: "assistant", content: "Hello." },
      { role: "user", content: [{ type: "text", text: "Be even briefer." }] },
      { role: "system", content: "The user has opened a file." },
    ],
  },
  tools: {
    max_tokens: 1024,
    tools: [{ ...LOOK, cache_control: { type: "ephemeral" } }, NOW],
    tool_choice: { type: "tool", name: "look", disable_parallel_tool_use: true },
    messages: [{ role: "user", content: "What is in /ü?" }],
  },
  parallel: {
    max_tokens: 1024,
    tools: [PATH, NOW],
    tool_choice: { type: "any" },
    messages: [
      { role: "user", content: "Look at both." },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look at both." },
          { type: "tool_use", id: "toolu_01A", name: "look", input: { path: "a" } },
          { type: "tool_use", id: "toolu_01B", name: "look", input: { path: "b" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "toolu_01A", content: "A cat." },
          {
            type: "tool_result",
            tool_use_id: "toolu_01B",
            content: [{ type: "text", text: "No such file." }],
            is_error: true,
          },
          { type: "text", text: "And what time is it?" },
        ],
      },
    ],
  },
  images: {
    max_tokens: 1024,
    tools: [PATH],
    messages: [
      {
        role: "user",
        content: [
          { type: "image", source: PICTURE },
          { type: "image", source: { type: "url", url: "https://pictures.example/cat.png" } },
          {
            type: "document",
            title: "cats.pdf",
            source: { type: "base64", media_type: "application/pdf", data: PDF },
          },
          { type: "text", text: "What is this?" },
        ],
      },
      {
        role: "assistant",
        content: [{ type: "tool_use", id: "toolu_01A", name: "look", input: { path: "a" } }],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "toolu_01A",
            content: [
              { type: "text", text: "A file:" },
              { type: "image", source: PICTURE },
            ],
          },
        ],
      },
    ],
  },
  thinking: {
    max_tokens: 16_000,
    thinking: { type: "adaptive" },
    output_config: { effort: "high" },
    tools: [PATH],
    messages: [{ role: "user", content: "What is in /ü?" }],
  },
  structured: {
    ...HELLO,
    output_config: { format: { type: "json_schema", schema: ANSWER_SCHEMA } },
  },
  error: HELLO,

  refusal: HELLO,
  long: LONG,
  overflow: LONG,
};
