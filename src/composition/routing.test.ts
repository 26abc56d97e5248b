import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CONFIG_FILE, testInputs } from "../config/inputs.fixture.ts";
import { loadConfig } from "../config/load.ts";
import { toGeneration } from "./generation.ts";

/** What is wrong with a configuration, in either of the two checks; undefined: nothing. */
async function wrong(yaml: string): Promise<string | undefined> {
  const loaded = await loadConfig(testInputs({ [CONFIG_FILE]: yaml }));
  if (!loaded.ok) return loaded.error.map(({ path, message }) => `${path}: ${message}`).join("\n");
  const generation = toGeneration(loaded.value.config, {});
  return generation.ok ? undefined : generation.error;
}

describe("names in a configuration", () => {
  it("may lead to Anthropic's models, to every known provider and to one's own", async () => {
    const own = "providers: { lab: { kind: openai-compatible, url: 'http://127.0.0.1:1/v1' } }";
    for (const model of ["claude-opus-9-9", "groq/x", "lab/x"]) {
      assert.equal(await wrong(`${own}\nrouting: { aliases: { a: ${model} } }`), undefined, model);
    }
    const bare = "routing: { aliases: { a: gpt-5 } }";
    assert.match((await wrong(bare)) ?? "", /^routing\.aliases\.a: there is no model/);
    assert.equal(await wrong(`redirect: { foreign: groq }\n${bare}`), undefined);
  });

  it("say at the start what is wrong with them", async () => {
    const cases = [
      ["{ aliases: { a: b, b: a } }", /^routing\.aliases\.a: goes in circles: a, b, a$/],
      ["{ aliases: { a: grok/x } }", /^routing\.aliases\.a: .*did you mean "groq"\?$/],
      ["{ models: { m: { targets: [] } } }", /^routing\.models\.m\.targets: expected a list/],
      ["{ models: { m: { targets: [7] } } }", /^routing\.models\.m\.targets.*: expected a model/],
      [
        "{ models: { m: { strategy: best, targets: [groq/x] } } }",
        /^routing\.models\.m\.strategy: /,
      ],
      ["{ fallbacks: { '*': [] } }", /^routing\.fallbacks\."\*": expected a list/],
      ["{ tiers: { fable: groq/x } }", /^routing\.tiers\.fable: unknown key/],
      ["{ aliases: { 'a b': groq/x } }", /^routing\.aliases.*: expected a name without spaces/],
    ] as const;
    for (const [routing, expected] of cases) {
      assert.match((await wrong(`routing: ${routing}`)) ?? "", expected, routing);
    }
  });

  it("S4-69 and several keys have names of their own", async () => {
    const twice = "[{ name: a, key: 'env:A' }, { name: a, key: 'env:A' }]";
    assert.match(
      (await wrong(`anthropic: { keys: ${twice} }`)) ?? "",
      /^anthropic\.keys\[1\]\.name: is taken/,
    );
    const reserved = "[{ name: configuration, key: 'env:A' }]";
    assert.match((await wrong(`anthropic: { keys: ${reserved} }`)) ?? "", /is taken/);
    const missing = "[{ name: a, key: 'env:NOT_SET' }]";
    assert.match(
      (await wrong(`providers: { groq: { keys: ${missing} } }`)) ?? "",
      /^providers\.groq\.keys\.0\.key: refers to the environment variable NOT_SET/,
    );
    const plain = "[{ name: a, key: sk-the-key-itself }]";
    const said = (await wrong(`anthropic: { keys: ${plain} }`)) ?? "";
    assert.match(said, /not the key itself/);
    assert.ok(!said.includes("sk-the-key-itself"));
  });
});
