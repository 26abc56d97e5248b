import { describe, it } from "node:test";
import type { CanonicalRequest } from "../../canonical/index.ts";
import { checkRead } from "./answer.fixture.ts";

const user = (text: string) => ({ role: "user", content: text });
const SEALED = "spw1.anthropic.AHNpZw.mac";

interface Row {
  readonly name: string;
  readonly input: unknown;
  readonly expected: Partial<CanonicalRequest>;
}

const CONVERSATIONS: readonly Row[] = [
  {
    name: "a text as the user's turn",
    input: "Hi",
    expected: { turns: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] },
  },
  {
    name: "leading instructions as the system prompt, and later ones in place",
    input: [
      { type: "message", role: "developer", content: [{ type: "input_text", text: "a" }] },
      { role: "system", content: "b" },
      user("q"),
      { role: "developer", content: "c" },
      user("r"),
    ],
    expected: {
      system: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
      turns: [
        { role: "user", content: [{ type: "text", text: "q" }] },
        { role: "system", content: [{ type: "text", text: "c" }] },
        { role: "user", content: [{ type: "text", text: "r" }] },
      ],
    },
  },
  {
    name: "thinking, calls and their results as one turn of each side",
    input: [
      user("q"),
      {
        type: "reasoning",
        id: "rs_1",
        summary: [{ type: "summary_text", text: "hm" }],
        content: null,
        encrypted_content: SEALED,
      },
      { type: "reasoning", summary: [], encrypted_content: `redacted.${SEALED}` },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Now." }] },
      { type: "function_call", name: "f", arguments: '{"a":1}', call_id: "c1", id: "fc_1" },
      { type: "function_call", name: "g", arguments: "", call_id: "c2" },
      { type: "function_call_output", call_id: "c1", output: "one" },
      user("wait"),
      {
        type: "function_call_output",
        call_id: "c2",
        output: [
          { type: "input_text", text: "two" },
          { type: "input_image", image_url: "data:image/png;base64,AA==", detail: "auto" },
        ],
      },
    ],
    expected: {
      turns: [
        { role: "user", content: [{ type: "text", text: "q" }] },
        {
          role: "assistant",
          content: [
            { type: "thinking", text: "hm", signature: SEALED },
            { type: "redacted_thinking", data: SEALED },
            { type: "text", text: "Now." },
            { type: "tool_use", id: "c1", name: "f", input: '{"a":1}' },
            { type: "tool_use", id: "c2", name: "g", input: "{}" },
          ],
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              toolUseId: "c1",
              content: [{ type: "text", text: "one" }],
              isError: false,
            },
            {
              type: "tool_result",
              toolUseId: "c2",
              content: [
                { type: "text", text: "two" },
                { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } },
              ],
              isError: false,
            },
            { type: "text", text: "wait" },
          ],
        },
      ],
    },
  },
  {
    name: "calls of every other kind",
    input: [
      { type: "custom_tool_call", name: "apply_patch", input: '*** "A"', call_id: "c1" },
      { type: "custom_tool_call_output", call_id: "c1", output: "done" },
      {
        type: "local_shell_call",
        call_id: "c2",
        status: "completed",
        action: { type: "exec", command: ["ls"], env: null },
      },
      { type: "local_shell_call_output", id: "c2", output: "" },
      { type: "function_call", namespace: "mcp__x", name: "y", arguments: "{}", call_id: "c3" },
      { type: "tool_search_call", execution: "client", call_id: "c4", arguments: { query: "z" } },
      {
        type: "tool_search_output",
        execution: "client",
        call_id: "c4",
        tools: [{ type: "function", name: "z", defer_loading: true }],
      },
      {
        type: "shell_call_output",
        call_id: "c5",
        output: [{ stdout: "o", stderr: "e", outcome: { type: "exit", exit_code: 1 } }],
      },
      { type: "apply_patch_call_output", call_id: "c6", status: "failed", output: "no" },
    ],
    expected: {
      tools: [
        {
          type: "function",
          name: "z",
          isDeferred: false,
          schema: { type: "object", properties: {} },
        },
      ],
      turns: [
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "c1", name: "apply_patch", input: '{"input":"*** \\"A\\""}' },
          ],
        },
        { role: "user", content: [resultOf("c1", "done")] },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "c2", name: "local_shell", input: '{"command":["ls"]}' },
          ],
        },
        {
          role: "user",
          content: [{ type: "tool_result", toolUseId: "c2", content: [], isError: false }],
        },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "c3", name: "mcp__x__y", input: "{}" },
            { type: "tool_use", id: "c4", name: "tool_search", input: '{"query":"z"}' },
          ],
        },
        {
          role: "user",
          content: [
            resultOf("c4", "[The tool z is loaded.]"),
            resultOf("c5", "o\ne\n[exit: 1]"),
            { ...resultOf("c6", "no"), isError: true },
          ],
        },
      ],
    },
  },
  {
    name: "another maker's thinking without a proof, and what nobody knows as it came",
    input: [
      {
        type: "reasoning",
        summary: [{ type: "summary_text", text: "x" }],
        encrypted_content: "gA",
      },
      { type: "web_search_call", id: "ws_1", status: "completed" },
    ],
    expected: {
      turns: [
        {
          role: "assistant",
          content: [
            {
              type: "thinking",
              text: "x",
              extra: {
                reasoning: {
                  type: "reasoning",
                  summary: [{ type: "summary_text", text: "x" }],
                  encrypted_content: "gA",
                },
              },
            },
            {
              type: "opaque",
              kind: "web_search_call",
              raw: { type: "web_search_call", id: "ws_1", status: "completed" },
            },
          ],
        },
      ],
    },
  },
  {
    name: "files, pictures and refusals",
    input: [
      {
        role: "user",
        content: [
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JV" },
          { type: "input_file", file_url: "https://a.example/b.pdf" },
          { type: "input_image", image_url: "https://a.example/c.png", detail: "high" },
          { type: "input_image", file_id: "file-1" },
        ],
      },
      { role: "assistant", content: [{ type: "refusal", refusal: "No." }], phase: "final_answer" },
    ],
    expected: {
      turns: [
        {
          role: "user",
          content: [
            {
              type: "document",
              title: "a.pdf",
              source: { kind: "base64", mediaType: "application/pdf", data: "JV" },
            },
            { type: "document", source: { kind: "url", url: "https://a.example/b.pdf" } },
            {
              type: "image",
              source: { kind: "url", url: "https://a.example/c.png" },
              extra: { detail: "high" },
            },
            {
              type: "image",
              source: { kind: "other", raw: { type: "input_image", file_id: "file-1" } },
            },
          ],
        },
        {
          role: "assistant",
          content: [{ type: "text", text: "No.", extra: { phase: "final_answer" } }],
        },
      ],
    },
  },
];

describe("the input of Responses", () => {
  for (const { name, input, expected } of CONVERSATIONS) {
    it(`is read: ${name}`, () => checkRead({ input }, expected));
  }
});

function resultOf(toolUseId: string, text: string) {
  return {
    type: "tool_result" as const,
    toolUseId,
    content: [{ type: "text" as const, text }],
    isError: false,
  };
}
