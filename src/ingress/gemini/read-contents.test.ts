import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type JsonObject, parseExact } from "../../canonical/index.ts";
import { packThinking } from "./carrier.ts";
import { readRequest } from "./read-request.ts";

/** As JSON, for what was left out is undefined here. */
function readTurns(contents: readonly unknown[]) {
  const result = readRequest({ contents }, { model: "m" });
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return JSON.parse(JSON.stringify(result.value.turns));
}

function readParts(role: "user" | "model", ...parts: readonly JsonObject[]) {
  return readTurns([{ role, parts }])[0]?.content;
}

const PNG = { mimeType: "image/png", data: "AA==" };
const PDF = { mimeType: "application/pdf", data: "AA==" };
const THOUGHT = { type: "thinking", text: "Hm.", signature: "spw1.x.AA.m" } as const;
const CARRIER = packThinking([THOUGHT]);
const CALL = { functionCall: { id: "c", name: "f", args: {} } };
const CALLED = { type: "tool_use", id: "c", name: "f", input: "{}" };

const USER_PARTS: Readonly<Record<string, readonly [JsonObject, unknown]>> = {
  text: [{ text: "a" }, [{ type: "text", text: "a" }]],
  "an image": [
    { inlineData: PNG },
    [{ type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } }],
  ],
  "a document with a name": [
    { inline_data: { mime_type: "application/pdf", data: "AA==", displayName: "d" } },
    [
      {
        type: "document",
        source: { kind: "base64", mediaType: "application/pdf", data: "AA==" },
        title: "d",
      },
    ],
  ],
  "a text file": [
    { inlineData: { mimeType: "text/plain", data: Buffer.from("ü").toString("base64") } },
    [{ type: "document", source: { kind: "text", text: "ü" } }],
  ],
  "the address of an image": [
    { fileData: { mimeType: "image/png", fileUri: "gs://a" } },
    [{ type: "image", source: { kind: "url", url: "gs://a" } }],
  ],
  "the address of a film, with its type": [
    { fileData: { mimeType: "video/mp4", fileUri: "gs://a" }, videoMetadata: { fps: 1 } },
    [
      {
        type: "document",
        source: { kind: "url", url: "gs://a" },
        extra: { videoMetadata: { fps: 1 }, mimeType: "video/mp4" },
      },
    ],
  ],
};

const RESPONSES: Readonly<Record<string, readonly [JsonObject, JsonObject]>> = {
  "what stands under output": [{ response: { output: "o" } }, { content: [text("o")] }],
  "what is no text under output": [
    { response: { output: [1, { a: 2 }] } },
    { content: [text('[1,{"a":2}]')] },
  ],
  "an error": [{ response: { error: "e" } }, { content: [text("e")], isError: true }],
  "all of another object": [
    { response: { error: "e", code: 1 } },
    { content: [text('{"error":"e","code":1}')] },
  ],
  nothing: [{ response: { output: "" } }, { content: [] }],
  "media alone": [
    { response: {}, parts: [{ inlineData: PNG }, { inlineData: PDF }] },
    {
      content: [
        { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } },
        {
          type: "document",
          source: { kind: "base64", mediaType: "application/pdf", data: "AA==" },
        },
      ],
    },
  ],
  "what only this API knows": [
    { response: { output: "o" }, scheduling: "SILENT" },
    { content: [text("o")], extra: { scheduling: "SILENT" } },
  ],
};

const MODEL_PARTS: Readonly<Record<string, readonly [readonly JsonObject[], unknown]>> = {
  "text in pieces as one": [[{ text: "a" }, { text: "" }, { text: "b" }], [text("ab")]],
  "a call with a carrier": [[{ ...CALL, thoughtSignature: CARRIER }], [THOUGHT, CALLED]],
  "thoughts once that a carrier brings, too": [
    [
      { text: "H", thought: true },
      { text: "m.", thought: true },
      { ...CALL, thoughtSignature: CARRIER },
    ],
    [THOUGHT, CALLED],
  ],
  "an empty text with a carrier": [[{ text: "", thoughtSignature: CARRIER }], [THOUGHT]],
  "thoughts without a proof": [
    [{ text: "H", thought: true }, { text: "m.", thought: true }, CALL],
    [{ type: "thinking", text: "Hm." }, CALLED],
  ],
  "a signature of Google's beside its call, and not as thinking": [
    [{ ...CALL, thoughtSignature: "EsIN" }],
    [{ ...CALLED, extra: { thoughtSignature: "EsIN" } }],
  ],
  "a stand-in for a signature as nothing": [
    [{ ...CALL, thoughtSignature: "skip_thought_signature_validator" }],
    [CALLED],
  ],
  "code that Google ran": [
    [
      { executableCode: { language: "PYTHON", code: "1+1" } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "2" } },
    ],
    [text("[code that was run]\n1+1"), text("[output of the code]\n2")],
  ],
};

function text(said: string): JsonObject {
  return { type: "text", text: said };
}

describe("the contents of a request", () => {
  for (const [what, [part, blocks]] of Object.entries(USER_PARTS)) {
    it(`hold ${what}`, () => assert.deepEqual(readParts("user", part), blocks));
  }

  for (const [what, [given, expected]] of Object.entries(RESPONSES)) {
    it(`hold the response of a function: ${what}`, () => {
      const [block] = readParts("user", { functionResponse: { id: "c", name: "f", ...given } });
      const plain = { type: "tool_result", toolUseId: "c", isError: false };
      assert.deepEqual(block, { ...plain, ...expected });
    });
  }

  for (const [what, [parts, blocks]] of Object.entries(MODEL_PARTS)) {
    it(`hold ${what}`, () => assert.deepEqual(readParts("model", ...parts), blocks));
  }

  it("are one turn where one role speaks on, and none where nothing is left", () => {
    const turns = readTurns([
      { role: "user", parts: [{ text: "a" }] },
      { parts: [{ text: "b" }] },
      { role: "model", parts: [{ text: "" }] },
    ]);
    assert.deepEqual(turns, [{ role: "user", content: [text("a"), text("b")] }]);
  });

  it("keep parts of kinds that nobody else has", () => {
    const part = { toolCall: { toolType: "GOOGLE_SEARCH_WEB" } };
    const turns = readTurns([{ role: "model", parts: [{ text: "a" }, part] }]);
    assert.deepEqual(turns, [
      { role: "assistant", content: [text("a")], extra: { parts: [part] } },
    ]);
  });

  it("pair calls and responses without ids, and say the same ids every time", () => {
    const contents = [
      { role: "model", parts: [call("f"), call("g"), call("f")] },
      { role: "function", parts: [response("f"), response("f"), response("g")] },
      { role: "model", parts: [call("f")] },
      { role: "user", parts: [response("f")] },
    ];
    const turns = readTurns(contents);
    const ids = turns.map((turn: { content: readonly JsonObject[] }) =>
      turn.content.map((block) => block["id"] ?? block["toolUseId"]),
    );
    const [f, g, again] = ids[0];
    assert.deepEqual(ids, [[f, g, again], [f, again, g], [ids[2][0]], [ids[2][0]]]);
    assert.equal(new Set(ids.flat()).size, 4);
    assert.deepEqual(readTurns(contents), turns);
    assert.deepEqual(readTurns(contents.slice(0, 2)), turns.slice(0, 2));
  });

  it("keep the digits of long numbers", () => {
    const body =
      '{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":12345678901234567890}}}]}]}';
    const parsed = parseExact(body, { maxBytes: 1_000 });
    const result = readRequest(Object(parsed), { model: "m" });
    const block = result.ok ? result.value.turns[0]?.content[0] : undefined;
    assert.equal(block?.type === "tool_use" ? block.input : "", '{"a":12345678901234567890}');
  });

  it("are read or refused, whatever they are", () => {
    const member = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(CALL.functionCall, PNG, { fileUri: "u" }, "model", "user", CARRIER),
    );
    const part = fc.dictionary(
      fc.constantFrom(
        "text",
        "thought",
        "thoughtSignature",
        "functionCall",
        "functionResponse",
        "inlineData",
        "file_data",
      ),
      member,
    );
    const content = fc.dictionary(fc.constantFrom("role", "x"), member);
    const contents = fc.array(
      fc
        .tuple(content, fc.array(part, { maxLength: 4 }))
        .map(([rest, parts]) => ({ ...rest, parts })),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(contents, fc.dictionary(fc.string(), fc.jsonValue()), (said, rest) => {
        const result = readRequest({ ...rest, contents: said }, { model: "m" });
        if (!result.ok) assert.match(result.error.message, /^\S+: expected .+, found .+\. .+\.$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

function call(name: string): JsonObject {
  return { functionCall: { name, args: {} } };
}

function response(name: string): JsonObject {
  return { functionResponse: { name, response: { output: "o" } } };
}
