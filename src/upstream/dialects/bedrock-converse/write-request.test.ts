import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import { converseTraits } from "./traits.ts";
import { writeRequest } from "./write-request.ts";

const HELLO = [{ role: "user", content: [{ type: "text", text: "Hello." }] }] as const;
const PLAIN: CanonicalRequest = {
  model: "us.amazon.nova-pro-v1:0",
  system: [],
  turns: HELLO,
  tools: [],
  stream: false,
  stopSequences: [],
  extra: {},
};
const LOOK = {
  type: "function",
  name: "look",
  schema: { type: "object", properties: { path: { type: "string" } } },
  isDeferred: false,
} as const;
const CALLED = [
  ...HELLO,
  { role: "assistant", content: [{ type: "tool_use", id: "t", name: "look", input: "{}" }] },
  {
    role: "user",
    content: [{ type: "tool_result", toolUseId: "t", content: [], isError: false }],
  },
] as const;

function written(more: Partial<CanonicalRequest>, id = "amazon.nova-pro-v1:0") {
  const result = writeRequest({ ...PLAIN, ...more }, converseTraits(id));
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function bodyOf(more: Partial<CanonicalRequest>, id?: string): JsonObject {
  return written(more, id).body;
}

describe("writeRequest", () => {
  it("has the model and the stream in the path, with nothing of the name left to be read as one", () => {
    assert.equal(written({}).path, "/model/us.amazon.nova-pro-v1%3A0/converse");
    const arn = "arn:aws:bedrock:eu-west-1:1:application-inference-profile/a1";
    assert.equal(
      written({ model: arn, stream: true }).path,
      "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Aapplication-inference-profile%2Fa1/converse-stream",
    );
    for (const model of ["", ".", ".."]) {
      const result = writeRequest({ ...PLAIN, model }, converseTraits(model));
      assert.equal(result.ok, false, model);
    }
  });

  it("always has its configuration, with what was asked and nothing else", () => {
    assert.deepEqual(bodyOf({}), {
      messages: [{ role: "user", content: [{ text: "Hello." }] }],
      inferenceConfig: {},
    });
    const asked = {
      maxTokens: 9,
      temperature: 1.5,
      topP: 0.5,
      topK: 3,
      stopSequences: ["END", " "],
    };
    assert.deepEqual(bodyOf(asked)["inferenceConfig"], {
      maxTokens: 9,
      temperature: 1,
      topP: 0.5,
      stopSequences: ["END"],
    });
    assert.deepEqual(bodyOf(asked)["additionalModelRequestFields"], {
      inferenceConfig: { topK: 3 },
    });
    assert.deepEqual(written(asked, "meta.llama3-3-70b-instruct-v1:0").lossy, ["topK"]);
  });

  it("asks for thinking in the words of the model's maker", () => {
    const thinking = { mode: "budget", budgetTokens: 4_000 } as const;
    const cases: readonly (readonly [string, unknown])[] = [
      ["openai.gpt-oss-120b-1:0", { reasoning_effort: "medium" }],
      [
        "amazon.nova-2-lite-v1:0",
        { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } },
      ],
      ["application-inference-profile/a1", { thinking: { type: "enabled", budget_tokens: 4_000 } }],
      ["meta.llama3-3-70b-instruct-v1:0", undefined],
    ];
    for (const [id, expected] of cases) {
      const { body, lossy } = written({ thinking }, id);
      assert.deepEqual(body["additionalModelRequestFields"], expected, id);
      assert.deepEqual(lossy, expected === undefined ? ["thinking"] : []);
    }
  });

  it("leaves out what a model at its highest effort does not take, and says so", () => {
    const asked = { effort: "max", maxTokens: 9, temperature: 0.5 } as const;
    const { body, lossy } = written(asked, "amazon.nova-2-lite-v1:0");
    assert.deepEqual(body["inferenceConfig"], {});
    assert.deepEqual(lossy, ["temperature", "maxTokens"]);
  });

  it("forces a call only where the model can be forced", () => {
    const tools = [LOOK];
    const choice = (more: Partial<CanonicalRequest>, id?: string) => {
      const { body, lossy } = written({ tools, ...more }, id);
      const config: Readonly<Record<string, unknown>> = Object.assign({}, body["toolConfig"]);
      return [config["toolChoice"], lossy];
    };
    assert.deepEqual(choice({}), [undefined, []]);
    assert.deepEqual(choice({ toolChoice: { type: "auto" } }), [{ auto: {} }, []]);
    assert.deepEqual(choice({ toolChoice: { type: "any" } }), [{ any: {} }, []]);
    const named = { toolChoice: { type: "tool", name: "look" } } as const;
    assert.deepEqual(choice(named), [{ tool: { name: "look" } }, []]);
    assert.deepEqual(choice(named, "qwen.qwen3-32b-v1:0"), [undefined, ["toolChoice"]]);
    assert.deepEqual(choice({ toolChoice: { type: "none" } }), [undefined, ["toolChoice"]]);
    const other = { toolChoice: { type: "tool", name: "other" } } as const;
    assert.equal(
      writeRequest({ ...PLAIN, tools, ...other }, converseTraits("amazon.nova-pro-v1:0")).ok,
      false,
    );
  });

  it("declares the tools of a conversation's calls where the request declares none", () => {
    assert.deepEqual(bodyOf({ turns: CALLED })["toolConfig"], {
      tools: [
        { toolSpec: { name: "look", inputSchema: { json: { type: "object", properties: {} } } } },
      ],
    });
  });

  it("gives a result without content something to say, and a document some text beside it", () => {
    const { messages } = bodyOf({ turns: CALLED });
    assert.deepEqual(Array.isArray(messages) ? messages[2] : undefined, {
      role: "user",
      content: [
        {
          toolResult: {
            toolUseId: "t",
            content: [{ text: "(no output)" }],
            status: "success",
          },
        },
      ],
    });
    const source = { kind: "base64", mediaType: "application/pdf", data: "JVBERg==" } as const;
    const documents = ["a/b?.pdf", undefined].map(
      (title) => ({ type: "document", source, title }) as const,
    );
    const told = bodyOf({ turns: [{ role: "user", content: documents }] })["messages"];
    assert.deepEqual(told, [
      {
        role: "user",
        content: [
          { document: { format: "pdf", name: "a b pdf 1", source: { bytes: "JVBERg==" } } },
          { document: { format: "pdf", name: "Document 2", source: { bytes: "JVBERg==" } } },
          { text: "…" },
        ],
      },
    ]);
  });

  it("marks as many places for the cache as the model takes", () => {
    const cache = { ttl: "5m" } as const;
    const system = ["a", "b", "c", "d", "e"].map(
      (text) => ({ type: "text", text, cache }) as const,
    );
    const points = (id?: string) =>
      JSON.stringify(bodyOf({ system }, id)).split("cachePoint").length - 1;
    assert.equal(points(), 4);
    assert.equal(points("meta.llama3-3-70b-instruct-v1:0"), 0);
  });

  it("names media that a model cannot have, so that it knows", () => {
    const source = { kind: "base64", mediaType: "image/png", data: "iVBORw0KGgo=" } as const;
    const turns = [{ role: "user", content: [{ type: "image", source }] }] as const;
    assert.match(JSON.stringify(bodyOf({ turns })), /"image":\{"format":"png"/);
    const { body, lossy } = written({ turns }, "openai.gpt-oss-20b-1:0");
    assert.match(JSON.stringify(body), /\[image omitted/);
    assert.deepEqual(lossy, ["content[].image"]);
  });

  it("asks for an answer's form by the schema, or in words where the model has no such member", () => {
    const outputFormat = { name: "city", schema: { type: "object" } };
    assert.deepEqual(bodyOf({ outputFormat }, "anthropic.claude-x")["outputConfig"], {
      textFormat: {
        type: "json_schema",
        structure: { jsonSchema: { name: "city", schema: '{"type":"object"}' } },
      },
    });
    assert.match(JSON.stringify(bodyOf({ outputFormat })["system"]), /JSON Schema/);
  });
});
