import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ok } from "../../../base/result.ts";
import type { Block, CanonicalRequest, JsonObject, Tool, Turn } from "../../../canonical/index.ts";
import { geminiDialect, readCount, traitsOf, writeCountRequest } from "./index.ts";
import type { GeminiTraits } from "./traits.ts";

const FOREIGN = "Y29udGV4dF9lbmdpbmVlcmluZ19pc190aGVfd2F5X3RvX2dv";
const SECOND = traitsOf("gemini-2.5-pro", "vertex");
const THIRD = traitsOf("gemini-3-pro-preview", "ai-studio");

const text = (words: string): Block => ({ type: "text", text: words });
const use = (id: string, name = "run", input = "{}"): Block => ({
  type: "tool_use",
  id,
  name,
  input,
});
const image: Block = {
  type: "image",
  source: { kind: "base64", mediaType: "image/png", data: "AA==" },
};
const thought = (signature?: string): Block => ({ type: "thinking", text: "hm", signature });
const result = (
  toolUseId: string,
  content: readonly Block[] = [text("fine")],
  isError = false,
): Block => ({
  type: "tool_result",
  toolUseId,
  content,
  isError,
});
const user = (...content: readonly Block[]): Turn => ({ role: "user", content });
const assistant = (...content: readonly Block[]): Turn => ({ role: "assistant", content });
const system = (words: string): Turn => ({ role: "system", content: [text(words)] });
const tool = (name: string, more: Partial<Tool & { type: "function" }> = {}): Tool => ({
  type: "function",
  name,
  description: `does ${name}`,
  schema: { type: "object", properties: {} },
  isDeferred: false,
  ...more,
});
const server = (kind: string, name: string, raw: JsonObject = {}): Tool => ({
  type: "server",
  kind,
  name,
  raw,
});

function request(more: Partial<CanonicalRequest>): CanonicalRequest {
  return {
    model: "gemini-2.5-pro",
    system: [],
    turns: [user(text("hi"))],
    tools: [],
    stream: true,
    stopSequences: [],
    extra: {},
    ...more,
  };
}

function write(more: Partial<CanonicalRequest>, traits: GeminiTraits = SECOND) {
  const written = geminiDialect.writeRequest(request(more), traits);
  assert.ok(written.ok, JSON.stringify(written));
  return written.value;
}

const fc = (name: string, more: JsonObject = {}): JsonObject => ({
  functionCall: { name, args: {} },
  ...more,
});
const fr = (name: string, response: JsonObject = { output: "fine" }): JsonObject => ({
  functionResponse: { name, response },
});

/** Turns, and the contents that they become for a 2.5 model on Vertex. */
const HISTORIES: readonly (readonly [
  string,
  readonly Turn[],
  readonly JsonObject[],
  (readonly string[])?,
])[] = [
  [
    "answers parallel calls in one turn, in the order of the calls, results first",
    [
      user(text("go")),
      assistant(text("I will."), use("a", "one"), use("b", "two", '{"x":1}')),
      user(text("note"), result("b"), result("a", [text("no")], true)),
    ],
    [
      { role: "user", parts: [{ text: "go" }] },
      {
        role: "model",
        parts: [{ text: "I will." }, fc("one"), { functionCall: { name: "two", args: { x: 1 } } }],
      },
      { role: "user", parts: [fr("one", { error: "no" }), fr("two"), { text: "note" }] },
    ],
  ],
  [
    "merges turns of one role and drops what is empty",
    [user(text("a")), user(text("")), user(text("b")), assistant(text("")), user(text("c"))],
    [{ role: "user", parts: [{ text: "a" }, { text: "b" }, { text: "c" }] }],
  ],
  [
    "keeps system turns where they are, behind the results",
    [
      user(text("a")),
      assistant(use("x")),
      system("Be brief."),
      user(result("x")),
      system("<system-reminder>Now.</system-reminder>"),
    ],
    [
      { role: "user", parts: [{ text: "a" }] },
      { role: "model", parts: [fc("run")] },
      {
        role: "user",
        parts: [
          fr("run"),
          { text: "<system-reminder>\nBe brief.\n</system-reminder>" },
          { text: "<system-reminder>Now.</system-reminder>" },
        ],
      },
    ],
  ],
  [
    "answers calls that nobody answered, and tells results that nobody asked for",
    [user(text("a")), assistant(use("x")), user(text("b"), result("gone", [text("old")]))],
    [
      { role: "user", parts: [{ text: "a" }] },
      { role: "model", parts: [fc("run")] },
      {
        role: "user",
        parts: [
          fr("run", { error: "[tool result missing]" }),
          { text: "b" },
          { text: "[result of an earlier tool call]" },
          { text: "old" },
        ],
      },
    ],
  ],
  [
    "answers a call at the end",
    [user(text("a")), assistant(use("x"))],
    [
      { role: "user", parts: [{ text: "a" }] },
      { role: "model", parts: [fc("run")] },
      { role: "user", parts: [fr("run", { error: "[tool result missing]" })] },
    ],
  ],
  [
    "takes a result without an id for the call that has none, and pairs ids that come again",
    [
      user(text("a")),
      assistant(use("x")),
      user(result("x")),
      assistant(use("x"), use("y")),
      user(result("x"), result("", [text("late")])),
    ],
    [
      { role: "user", parts: [{ text: "a" }] },
      { role: "model", parts: [fc("run")] },
      { role: "user", parts: [fr("run")] },
      { role: "model", parts: [fc("run"), fc("run")] },
      { role: "user", parts: [fr("run"), fr("run", { output: "late" })] },
    ],
  ],
  [
    "begins and ends with the user",
    [assistant(text("Hello.")), user(text("a")), assistant(text("Once upon"))],
    [
      { role: "user", parts: [{ text: "…" }] },
      { role: "model", parts: [{ text: "Hello." }] },
      { role: "user", parts: [{ text: "a" }] },
      { role: "model", parts: [{ text: "Once upon" }] },
      { role: "user", parts: [{ text: "Go on with your last reply from exactly where it ends." }] },
    ],
    ["prefill"],
  ],
  [
    "gives signatures back on the part behind them, or on an empty one",
    [
      user(text("a")),
      assistant(thought("s1"), text("b"), thought("s2"), thought("s3"), use("x"), thought("s4")),
      user(result("x")),
    ],
    [
      { role: "user", parts: [{ text: "a" }] },
      {
        role: "model",
        parts: [
          { text: "b", thoughtSignature: "s1" },
          { text: "", thoughtSignature: "s2" },
          fc("run", { thoughtSignature: "s3" }),
          { text: "", thoughtSignature: "s4" },
        ],
      },
      { role: "user", parts: [fr("run")] },
    ],
  ],
  [
    "leaves out thinking that has no signature",
    [
      user(text("a")),
      assistant(thought(), { type: "redacted_thinking", data: "x" }),
      user(text("b")),
    ],
    [{ role: "user", parts: [{ text: "a" }, { text: "b" }] }],
    ["content[].thinking", "content[].redacted_thinking"],
  ],
  [
    "puts the images of results into a turn behind all responses",
    [
      user(text("a")),
      assistant(use("x"), use("y")),
      user(result("x", [text("see"), image]), result("y"), text("c")),
    ],
    [
      { role: "user", parts: [{ text: "a" }] },
      { role: "model", parts: [fc("run"), fc("run")] },
      {
        role: "user",
        parts: [
          fr("run", { output: "see\n[the media of this result follow in the next message]" }),
          fr("run"),
        ],
      },
      {
        role: "user",
        parts: [
          { text: "[media of the result of run]" },
          { inlineData: { mimeType: "image/png", data: "AA==" } },
          { text: "c" },
        ],
      },
    ],
  ],
  [
    "writes media by bytes, by address, as text, or says that it cannot",
    [
      user(
        image,
        { type: "image", source: { kind: "url", url: "https://a.example/b.webp?x" } },
        {
          type: "document",
          source: { kind: "base64", mediaType: "application/pdf", data: "AA==" },
        },
        { type: "document", title: "T", source: { kind: "text", text: "words" } },
        { type: "image", source: { kind: "base64", mediaType: "image/gif", data: "AA==" } },
        { type: "document", source: { kind: "other", raw: { type: "file", file_id: "f" } } },
      ),
    ],
    [
      {
        role: "user",
        parts: [
          { inlineData: { mimeType: "image/png", data: "AA==" } },
          { fileData: { mimeType: "image/webp", fileUri: "https://a.example/b.webp?x" } },
          { inlineData: { mimeType: "application/pdf", data: "AA==" } },
          { text: "T\n\nwords" },
          { text: "[image omitted: the model cannot read it in this form]" },
          { text: "[document omitted: the model cannot read it in this form]" },
        ],
      },
    ],
    ["content[].image", "content[].document"],
  ],
  [
    "tells in words what only Anthropic's API understands",
    [
      user(text("a")),
      assistant(
        {
          type: "opaque",
          kind: "server_tool_use",
          raw: { type: "server_tool_use", name: "web_search", input: { query: "q" } },
        },
        {
          type: "opaque",
          kind: "web_search_tool_result",
          raw: { content: [{ title: "Page", url: "https://a.example", encrypted_content: "zzz" }] },
        },
      ),
      user(text("b")),
    ],
    [
      { role: "user", parts: [{ text: "a" }] },
      {
        role: "model",
        parts: [{ text: '[web_search: {"query":"q"}]' }, { text: "Page https://a.example" }],
      },
      { role: "user", parts: [{ text: "b" }] },
    ],
    ["content[].server_tool_use", "content[].web_search_tool_result"],
  ],
];

describe("the history in a Gemini request", () => {
  for (const [name, turns, contents, lossy] of HISTORIES) {
    it(name, () => {
      const written = write({ turns });
      assert.deepEqual(written.body["contents"], contents);
      assert.deepEqual(written.lossy, lossy ?? []);
    });
  }

  it("marks the first call of each turn that has no signature, and gives ids, for Gemini 3", () => {
    const turns = [
      user(text("a")),
      assistant(use("x"), use("y")),
      user(result("x", [image]), result("y", [])),
      assistant(thought("s"), use("z")),
      user(result("z")),
    ];
    const call = (id: string) => ({ functionCall: { id, name: "run", args: {} } });
    const media = { inlineData: { mimeType: "image/png", data: "AA==" } };
    assert.deepEqual(write({ turns }, THIRD).body["contents"], [
      { role: "user", parts: [{ text: "a" }] },
      { role: "model", parts: [{ ...call("x"), thoughtSignature: FOREIGN }, call("y")] },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "x", name: "run", response: {}, parts: [media] } },
          { functionResponse: { id: "y", name: "run", response: { output: "(no output)" } } },
        ],
      },
      { role: "model", parts: [{ ...call("z"), thoughtSignature: "s" }] },
      {
        role: "user",
        parts: [{ functionResponse: { id: "z", name: "run", response: { output: "fine" } } }],
      },
    ]);
  });

  it("keeps the digits of numbers, and says where an input is no object", () => {
    const turns = [
      user(text("a")),
      assistant(use("x", "run", '{"n":12345678901234567890}'), use("y", "run", "[1")),
      user(),
    ];
    const written = write({ turns });
    assert.match(JSON.stringify(written.body), /"args":\{"n":12345678901234567890\}/);
    assert.deepEqual(written.lossy, ["content[].input"]);
  });

  it("fails where nothing is asked", () => {
    assert.equal(
      geminiDialect.writeRequest(request({ turns: [user(text(""))] }), SECOND).ok,
      false,
    );
  });
});

const SEARCH = server("web_search_20250305", "web_search", { max_uses: 8 });
const run = {
  name: "run",
  description: "does run",
  parametersJsonSchema: { type: "object", properties: {} },
};

const TOOLS: readonly (readonly [
  string,
  Partial<CanonicalRequest>,
  Partial<GeminiTraits>,
  JsonObject,
  readonly string[],
])[] = [
  ["none", {}, {}, {}, []],
  [
    "auto",
    { tools: [tool("run")], toolChoice: { type: "auto" } },
    {},
    calling([run], { mode: "AUTO" }),
    [],
  ],
  [
    "any",
    { tools: [tool("run")], toolChoice: { type: "any" } },
    {},
    calling([run], { mode: "ANY" }),
    [],
  ],
  [
    "never",
    { tools: [tool("run")], toolChoice: { type: "none" } },
    {},
    calling([run], { mode: "NONE" }),
    [],
  ],
  [
    "one",
    { tools: [tool("run")], toolChoice: { type: "tool", name: "run" }, parallelToolCalls: false },
    {},
    calling([run], { mode: "ANY", allowedFunctionNames: ["run"] }),
    ["parallelToolCalls"],
  ],
  ["a choice without tools", { toolChoice: { type: "auto" } }, {}, {}, []],
  [
    "the OpenAPI subset, and no parameters for a function that takes nothing",
    {
      tools: [
        tool("run"),
        tool("go", {
          description: undefined,
          strict: true,
          schema: { $schema: "x", properties: { a: { const: "b" } } },
        }),
      ],
    },
    { schemas: "openapi" },
    {
      tools: [
        {
          functionDeclarations: [
            { name: "run", description: "does run" },
            {
              name: "go",
              parameters: { type: "object", properties: { a: { type: "string", enum: ["b"] } } },
            },
          ],
        },
      ],
    },
    ["tools[].strict"],
  ],
  [
    "a search alone",
    { tools: [SEARCH] },
    {},
    { tools: [{ googleSearch: {} }] },
    ["tools[].web_search.max_uses"],
  ],
  [
    "a forced search",
    {
      tools: [server("web_search_20260209", "web_search")],
      toolChoice: { type: "tool", name: "web_search" },
    },
    {},
    { tools: [{ googleSearch: {} }] },
    ["toolChoice"],
  ],
  [
    "a search beside functions",
    { tools: [tool("run"), SEARCH] },
    {},
    { tools: [{ functionDeclarations: [run] }] },
    ["tools[].web_search"],
  ],
  [
    "a search beside functions where that goes",
    { tools: [tool("run"), SEARCH] },
    { search: "with-functions" },
    { tools: [{ functionDeclarations: [run] }, { googleSearch: {} }] },
    ["tools[].web_search.max_uses"],
  ],
  [
    "deferred functions that were not found yet",
    { tools: [tool("run"), tool("far", { isDeferred: true })] },
    {},
    { tools: [{ functionDeclarations: [run] }] },
    [],
  ],
  [
    "deferred functions that Anthropic's search would find",
    {
      tools: [
        tool("run", { isDeferred: true }),
        server("tool_search_tool_regex_20251119", "tool_search_tool_regex"),
      ],
    },
    {},
    { tools: [{ functionDeclarations: [run] }] },
    ["tools[].tool_search_tool_regex"],
  ],
];

function calling(
  functionDeclarations: readonly JsonObject[],
  functionCallingConfig: JsonObject,
): JsonObject {
  return { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig } };
}

describe("the tools in a Gemini request", () => {
  for (const [name, more, traits, members, lossy] of TOOLS) {
    it(name, () => {
      const { body, lossy: found } = write(more, { ...SECOND, ...traits });
      const { contents: _, ...rest } = body;
      assert.deepEqual(rest, members);
      assert.deepEqual(found, lossy);
    });
  }

  it("sends a deferred function once a result refers to it", () => {
    const found: Block = { type: "opaque", kind: "tool_reference", raw: { tool_name: "far" } };
    const turns = [user(text("a")), assistant(use("x", "Search")), user(result("x", [found]))];
    const { body } = write({ turns, tools: [tool("far", { isDeferred: true })] });
    assert.match(JSON.stringify(body["tools"]), /"name":"far"/);
    assert.match(JSON.stringify(body["contents"]), /The tool far is loaded/);
  });

  it("fails where a request is nothing without a tool that somebody else runs", () => {
    for (const kind of [
      "web_search_20250305",
      "code_execution_20250825",
      "code_interpreter",
    ] as const) {
      const written = geminiDialect.writeRequest(request({ tools: [server(kind, "x")] }), {
        ...SECOND,
        search: "never",
      });
      assert.match(written.ok ? "" : written.error.message, new RegExp(`has no ${kind},`));
    }
    const searching = [server("web_search_20250305", "web_search")];
    const forced = { type: "tool", name: "web_search" } as const;
    const mixed = request({ tools: [...searching, tool("run")], toolChoice: forced });
    const refused = geminiDialect.writeRequest(mixed, { ...SECOND, search: "alone" });
    assert.match(refused.ok ? "" : refused.error.message, /tool_choice names it/);
    for (const [tools, search, runs] of [
      [searching, "alone", true],
      [searching, "never", false],
      [[...searching, tool("run")], "alone", false],
      [[...searching, tool("run")], "with-functions", true],
      [[tool("run")], "with-functions", false],
    ] as const) {
      assert.equal(geminiDialect.searches?.(request({ tools }), { ...SECOND, search }), runs);
    }
    const unknown = request({ tools: [tool("run")], toolChoice: { type: "tool", name: "other" } });
    assert.equal(geminiDialect.writeRequest(unknown, SECOND).ok, false);
  });

  it("shortens names alike in declarations, choice and history, and reads them back", () => {
    const long = `mcp__plugin_${"x".repeat(70)}`;
    const names = [long, "9lives", "a b", "fine.name-1"];
    const written = write({
      turns: [
        user(text("a")),
        assistant(...names.map((name, i) => use(`c${i}`, name))),
        user(...names.map((_, i) => result(`c${i}`))),
      ],
      tools: names.map((name) => tool(name)),
      toolChoice: { type: "tool", name: long },
    });
    const wire = [...written.context.toolNames.keys()];
    assert.deepEqual([...written.context.toolNames.values()], names);
    assert.ok(
      wire.every((name) => /^[A-Za-z_][\w.-]{0,63}$/.test(name)),
      wire.join(),
    );
    assert.equal(wire[3], "fine.name-1");
    const body = JSON.stringify(written.body);
    assert.equal(body.split(`"${wire[0]}"`).length, 5);
    assert.ok(!body.includes(`"${long}"`));
    assert.deepEqual(written.context.callIds, new Set(["c0", "c1", "c2", "c3"]));
  });
});

describe("the rest of a Gemini request", () => {
  it("writes the system's text without the line that changes every time", () => {
    const { body, path } = write({
      stream: false,
      system: [
        { type: "text", text: "x-anthropic-billing-header: cc_version=2; cch=1;" },
        { type: "text", text: "You are an agent.", cache: { ttl: "1h" } },
        { type: "text", text: "Be kind." },
      ],
    });
    assert.deepEqual(body["systemInstruction"], {
      parts: [{ text: "You are an agent.\n\nBe kind." }],
    });
    assert.equal(path, "/publishers/google/models/gemini-2.5-pro:generateContent");
  });

  it("writes how to generate, within the limits", () => {
    const schema = { type: "object" };
    const { body, lossy } = write({
      maxTokens: 100_000,
      temperature: 3,
      topP: 0.9,
      topK: 40,
      stopSequences: ["1", "", "2", "3", "4", "5", "6"],
      outputFormat: { schema },
      thinking: { mode: "off" },
      userId: "u",
      extra: { service_tier: "auto" },
    });
    assert.deepEqual(body["generationConfig"], {
      maxOutputTokens: 65_536,
      temperature: 2,
      topP: 0.9,
      topK: 40,
      stopSequences: ["1", "2", "3", "4", "5"],
      responseMimeType: "application/json",
      responseJsonSchema: schema,
      thinkingConfig: { thinkingBudget: 128 },
    });
    assert.deepEqual(lossy, [
      "thinking",
      "maxTokens",
      "temperature",
      "stopSequences",
      "userId",
      "service_tier",
    ]);
  });

  it("asks for a form in words where it cannot stand beside functions", () => {
    const more = { tools: [tool("run")], outputFormat: { schema: { type: "array" } } };
    const { body, lossy } = write(more);
    assert.match(JSON.stringify(body["systemInstruction"]), /nothing but JSON of this schema/);
    assert.equal(body["generationConfig"], undefined);
    assert.deepEqual(lossy, ["outputFormat"]);
    assert.ok(write(more, THIRD).body["generationConfig"]);
  });

  it("counts tokens in the form of the host", () => {
    const count = (traits: GeminiTraits) =>
      writeCountRequest(request({ system: [{ type: "text", text: "s" }] }), traits);
    const body = {
      systemInstruction: { parts: [{ text: "s" }] },
      contents: [{ role: "user", parts: [{ text: "hi" }] }],
    };
    const flat = count(SECOND);
    assert.ok(flat.ok);
    assert.deepEqual(flat.value.body, body);
    const wrapped = count(traitsOf("gemini-2.5-pro", "ai-studio"));
    assert.ok(wrapped.ok);
    assert.equal(wrapped.value.path, "/v1beta/models/gemini-2.5-pro:countTokens");
    assert.deepEqual(wrapped.value.body, {
      generateContentRequest: { model: "models/gemini-2.5-pro", ...body },
    });
    assert.deepEqual(readCount({ totalTokens: 31 }), ok(31));
    assert.equal(readCount({}).ok, false);
    assert.equal(readCount({ totalTokens: 0 }).ok, false);
  });
});
