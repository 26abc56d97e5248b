import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeldBody, HeldBytes } from "./body.ts";
import { bodyIncludes, needsBody, readFacts } from "./facts.ts";

function factsOf(text: string) {
  const held = new HeldBytes();
  const bytes = Buffer.from(text, "latin1");
  held.take(bytes.length, 1e9);
  return readFacts(new HeldBody([bytes], bytes.length, held));
}

describe("readFacts", () => {
  it("reads the model and the wish for a stream", () => {
    assert.deepEqual(factsOf('{ "stream" :true,"x":1.0, "model":"claude-opus-5-5"}'), {
      model: "claude-opus-5-5",
      stream: true,
      duplicates: [],
    });
  });

  it("compares keys after unescaping and looks at the top level only", () => {
    const facts = factsOf('{"messages":[{"model":"no","stream":true}],"\\u006dodel":"yes"}');
    assert.equal(facts.model, "yes");
    assert.equal(facts.stream, false);
  });

  it("R11: names duplicates of members that decide something; the last counts", () => {
    const facts = factsOf('{"model":"a","stream":true,"model":"b","stream":false,"x":1,"x":2}');
    assert.equal(facts.model, "b");
    assert.equal(facts.stream, false);
    assert.deepEqual([...facts.duplicates].toSorted(), ["model", "stream"]);
  });

  it("S1-065, S1-070 reads a picker's name as the model's own, and remembers it", () => {
    const name = "claude-router-gemini-3.1-pro[1m]";
    const facts = factsOf(JSON.stringify({ model: name }));
    assert.equal(facts.model, "gemini-3.1-pro");
    assert.equal(facts.wrapped, name);
  });

  it("S1-066, S1-073 leaves other names as they are", () => {
    for (const name of ["gemini-3.1-pro", "claude-opus-4-8[1m]", "groq/llama"]) {
      const facts = factsOf(JSON.stringify({ model: name }));
      assert.equal(facts.model, name);
      assert.equal(facts.wrapped, undefined);
    }
  });

  it("takes only the word true for a wish", () => {
    for (const value of ['"true"', "1", "null", "false", "[true]"]) {
      assert.equal(factsOf(`{"stream":${value}}`).stream, false, value);
    }
  });

  for (const text of ["", "null", "[1]", "{", '{"model":', "\u0000\u00ff", '{"model":12}', "{}x"]) {
    it(`knows no model of ${JSON.stringify(text)}, and does not mind`, () => {
      assert.equal(factsOf(text).model, undefined);
    });
  }

  it("knows nothing of a body that was not held", () => {
    assert.deepEqual(readFacts({ kind: "none" }), { duplicates: [] });
  });
});

describe("needsBody", () => {
  it("wants only bodies that decide something", () => {
    assert.equal(needsBody("messages", "POST"), true);
    assert.equal(needsBody("count_tokens", "POST"), true);
    assert.equal(needsBody("files", "POST"), false);
    assert.equal(needsBody("other", "POST"), false);
    assert.equal(needsBody("count_tokens", "GET"), false);
  });
});

describe("bodyIncludes", () => {
  it("finds a text wherever the parts were split, and only that text", () => {
    const bytes = Buffer.from('{"a":"spw1.","b":"spw2."}');
    for (let at = 0; at <= bytes.length; at += 1) {
      const rest = bytes.subarray(at);
      const parts = [bytes.subarray(0, at), rest.subarray(0, 1), rest.subarray(1)];
      const body = new HeldBody(parts, bytes.length, new HeldBytes());
      assert.ok(bodyIncludes(body, "spw1."), `split at ${at}`);
      assert.ok(!bodyIncludes(body, "spw3."), `split at ${at}`);
    }
  });
});
