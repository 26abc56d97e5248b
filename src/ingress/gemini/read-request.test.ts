import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject } from "../../canonical/index.ts";
import { readRequest } from "./read-request.ts";

const HELLO = { contents: [{ role: "user", parts: [{ text: "Hello" }] }] };

/** As JSON, for what was left out is undefined here. */
function read(more: JsonObject) {
  const result = readRequest({ ...HELLO, ...more }, { model: "m" });
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return JSON.parse(JSON.stringify(result.value));
}

const LEAST = {
  dialect: "gemini",
  model: "m",
  system: [],
  turns: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
  tools: [],
  stream: false,
  stopSequences: [],
  extra: {},
};
const NO_INPUT = { type: "object", properties: {} };

const MEMBERS: Readonly<Record<string, readonly [JsonObject, JsonObject]>> = {
  "the least that there is": [{}, {}],
  "null as nothing": [{ tools: null, generationConfig: null, systemInstruction: null }, {}],
  "system texts": [
    { systemInstruction: { role: "user", parts: [{ text: "a" }, { text: "" }, { text: "b" }] } },
    {
      system: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    },
  ],
  "a single part without its list": [
    { system_instruction: { parts: { text: "a" } } },
    { system: [{ type: "text", text: "a" }] },
  ],
  "limits and sampling": [
    {
      generationConfig: {
        maxOutputTokens: 5,
        temperature: 0.5,
        top_p: 0.9,
        topK: 3,
        stopSequences: ["a"],
        candidateCount: 1,
        responseModalities: ["TEXT"],
      },
    },
    { maxTokens: 5, temperature: 0.5, topP: 0.9, topK: 3, stopSequences: ["a"] },
  ],
  "a form of the answer": [
    {
      generationConfig: {
        responseMimeType: "application/json",
        responseSchema: { type: "OBJECT" },
      },
    },
    { outputFormat: { schema: { type: "object" } } },
  ],
  "a list of choices, which no other API has": [
    { generationConfig: { responseMimeType: "text/x.enum", responseSchema: { type: "STRING" } } },
    {
      extra: {
        generationConfig: { responseMimeType: "text/x.enum", responseSchema: { type: "STRING" } },
      },
    },
  ],
  "functions in either kind of schema": [
    {
      tools: [
        {
          functionDeclarations: [
            { name: "a", description: "d", parameters: { type: "OBJECT" } },
            { name: "b", parametersJsonSchema: { type: "object" }, behavior: "BLOCKING" },
          ],
        },
        { function_declarations: [{ name: "c" }] },
      ],
    },
    {
      tools: [
        {
          type: "function",
          name: "a",
          description: "d",
          schema: { type: "object" },
          isDeferred: false,
        },
        {
          type: "function",
          name: "b",
          schema: { type: "object" },
          isDeferred: false,
          extra: { behavior: "BLOCKING" },
        },
        { type: "function", name: "c", schema: NO_INPUT, isDeferred: false },
      ],
    },
  ],
  "tools that the upstream runs": [
    { tools: [{ googleSearch: {}, urlContext: {} }] },
    {
      tools: [
        { type: "server", kind: "web_search", name: "web_search", raw: { googleSearch: {} } },
        { type: "server", kind: "urlContext", name: "urlContext", raw: { urlContext: {} } },
      ],
    },
  ],
  "what is not understood": [
    {
      safetySettings: [{ category: "c" }],
      labels: { team: "t" },
      generationConfig: { seed: 1 },
      toolConfig: { retrievalConfig: {} },
    },
    {
      extra: {
        safetySettings: [{ category: "c" }],
        labels: { team: "t" },
        generationConfig: { seed: 1 },
        toolConfig: { retrievalConfig: {} },
      },
    },
  ],
  "the request that is counted": [
    {
      contents: undefined,
      generateContentRequest: { ...HELLO, model: "models/other", toolConfig: {} },
    },
    {},
  ],
};

const MODES: readonly (readonly [JsonObject, JsonObject])[] = [
  [{ mode: "AUTO" }, { toolChoice: { type: "auto" } }],
  [{ mode: "NONE" }, { toolChoice: { type: "none" } }],
  [{ mode: "ANY" }, { toolChoice: { type: "any" } }],
  [{ mode: "ANY", allowedFunctionNames: ["a"] }, { toolChoice: { type: "tool", name: "a" } }],
  [{ mode: "ANY", allowedFunctionNames: ["a", "b"] }, { toolChoice: { type: "any" } }],
  [{ mode: "MODE_UNSPECIFIED" }, {}],
];

const THINKING: readonly (readonly [JsonObject, JsonObject])[] = [
  [{ thinkingBudget: 0 }, { thinking: { mode: "off" } }],
  [{ thinkingBudget: -1, includeThoughts: true }, { thinking: { mode: "adaptive" } }],
  [{ thinking_budget: "8192" }, { thinking: { mode: "budget", budgetTokens: 8192 } }],
  [{ thinkingLevel: "HIGH" }, { thinking: { mode: "adaptive" }, effort: "high" }],
  [{ thinkingLevel: "minimal" }, { thinking: { mode: "adaptive" }, effort: "minimal" }],
  [{ includeThoughts: true }, { thinking: { mode: "adaptive" } }],
  [
    { thinkingLevel: "ULTRA", includeThoughts: false },
    {
      extra: {
        generationConfig: { thinkingConfig: { thinkingLevel: "ULTRA", includeThoughts: false } },
      },
    },
  ],
];

const REFUSED: readonly (readonly [JsonObject, RegExp])[] = [
  [{ contents: "Hello" }, /^contents: expected a list, found a string\. /],
  [{ contents: [] }, /^contents: expected at least one content/],
  [{ contents: [{ role: "system", parts: [] }] }, /^contents\[0\]\.role: expected user or model/],
  [{ contents: [{ parts: [{ text: 1 }] }] }, /^contents\[0\]\.parts\[0\]\.text: expected a string/],
  [
    { contents: [{ role: "user", parts: [{ functionCall: { name: "f" } }] }] },
    /functionCall: expected nothing, found an object\. Calls stand in contents of the role model/,
  ],
  [
    { contents: [{ role: "model", parts: [{ functionCall: { args: {} } }] }] },
    /^contents\[0\]\.parts\[0\]\.functionCall\.name: expected a string, found nothing/,
  ],
  [
    { contents: [{ role: "model", parts: [{ function_call: { name: "f", args: "{}" } }] }] },
    /^contents\[0\]\.parts\[0\]\.function_call\.args: expected an object, found a string/,
  ],
  [{ systemInstruction: "s" }, /^systemInstruction: expected an object, found a string/],
  [{ tools: [{ functionDeclarations: [{}] }] }, /functionDeclarations\[0\]\.name: /],
  [{ toolConfig: { functionCallingConfig: { mode: "SOME" } } }, /mode: expected AUTO, ANY/],
  [{ generationConfig: { candidateCount: 2 } }, /^generationConfig\.candidateCount: expected 1/],
  [{ generationConfig: { temperature: "hot" } }, /^generationConfig\.temperature: expected a num/],
  [{ cachedContent: "cachedContents/1" }, /^cachedContent: expected nothing, found a string/],
];

describe("readRequest", () => {
  for (const [what, [more, expected]] of Object.entries(MEMBERS)) {
    it(`reads ${what}`, () => assert.deepEqual(read(more), { ...LEAST, ...expected }));
  }

  for (const [functionCallingConfig, expected] of MODES) {
    it(`reads the choice ${JSON.stringify(functionCallingConfig)}`, () => {
      const tools = [{ functionDeclarations: [{ name: "a" }, { name: "b" }] }];
      const { tools: _, ...rest } = read({ tools, toolConfig: { functionCallingConfig } });
      const { tools: __, ...least } = LEAST;
      assert.deepEqual(rest, { ...least, ...expected });
    });
  }

  it("keeps a limit on the choice that other APIs cannot be told", () => {
    const tools = [{ functionDeclarations: [{ name: "a" }, { name: "b" }, { name: "c" }] }];
    const functionCallingConfig = { mode: "ANY", allowedFunctionNames: ["a", "b"] };
    const { toolChoice, extra } = read({ tools, toolConfig: { functionCallingConfig } });
    assert.deepEqual(toolChoice, { type: "any" });
    assert.deepEqual(extra.toolConfig.functionCallingConfig, { allowedFunctionNames: ["a", "b"] });
  });

  for (const [thinkingConfig, expected] of THINKING) {
    it(`reads thinking from ${JSON.stringify(thinkingConfig)}`, () => {
      assert.deepEqual(read({ generationConfig: { thinkingConfig } }), { ...LEAST, ...expected });
    });
  }

  it("asks in words for JSON of any form", () => {
    const { system } = read({ generationConfig: { responseMimeType: "application/json" } });
    assert.match(system[0].text, /JSON/);
  });

  it("takes model and stream from the path", () => {
    const result = readRequest({ ...HELLO, model: "models/b" }, { model: "a", stream: true });
    assert.ok(result.ok);
    assert.deepEqual([result.value.model, result.value.stream], ["a", true]);
    const silent = readRequest({ ...HELLO, model: "models/b" }, {});
    assert.equal(silent.ok ? silent.value.model : "", "b");
  });

  for (const [more, message] of REFUSED) {
    it(`refuses ${JSON.stringify(more)}`, () => {
      const result = readRequest({ ...HELLO, ...more }, { model: "m" });
      assert.ok(!result.ok);
      assert.equal(result.error.code, "invalid_body");
      assert.match(result.error.message, message);
    });
  }
});
