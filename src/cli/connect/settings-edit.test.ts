import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { findJsonError } from "./json-error.ts";
import { changeEnv, envValueText, readSettings } from "./settings-edit.ts";

function change(text: string, changes: Readonly<Record<string, string | undefined>>): string {
  return changeEnv(Buffer.from(text), new Map(Object.entries(changes))).toString("utf8");
}

describe("changeEnv", () => {
  it("makes a new file readable", () => {
    const expected = '{\n  "env": {\n    "A": "1",\n    "B": "2"\n  }\n}\n';
    assert.equal(change("", { A: '"1"', B: '"2"' }), expected);
    assert.equal(change("{}\n", { A: '"1"', B: '"2"' }), expected);
  });

  it("keeps every other byte: order, numbers, inline arrays, tabs and line ends", () => {
    const before =
      '{\r\n\t"permissions": { "allow": ["Bash(ls)"],  "deny": [] },\r\n\t"n": 1.0,\r\n\t"env": {\r\n\t\t"MINE": "x"\r\n\t},\r\n\t"model": "opus"\r\n}\r\n';
    const after = change(before, { A: '"1"' });
    assert.equal(after, before.replace('"MINE": "x"', '"MINE": "x",\r\n\t\t"A": "1"'));
  });

  it("replaces a value where it stands and takes one out with its comma", () => {
    const before =
      '{\n    "env": {\n        "A": "1",\n        "B": "2",\n        "C": "3"\n    }\n}';
    assert.equal(change(before, { B: '"9"' }), before.replace('"2"', '"9"'));
    assert.equal(change(before, { B: undefined }), before.replace('\n        "B": "2",', ""));
    assert.equal(change(before, { A: undefined }), before.replace('"A": "1",\n        ', ""));
    assert.equal(change(before, { C: undefined }), before.replace(',\n        "C": "3"', ""));
  });

  it("stays on one line in a file of one line", () => {
    assert.equal(change('{"a":1}', { A: '"1"' }), '{"a":1, "env": {"A": "1"}}');
    assert.equal(change('{"env":{"X":"y"}}', { A: '"1"' }), '{"env":{"X":"y", "A": "1"}}');
    assert.equal(
      change('{\n  "env": { "X": "y" }\n}\n', { A: '"1"' }),
      '{\n  "env": { "X": "y", "A": "1" }\n}\n',
    );
  });

  it("fills an env that is null instead of adding a second one", () => {
    assert.equal(change('{"env": null, "a": 1}', { A: '"1"' }), '{"env": {"A": "1"}, "a": 1}');
  });

  it("keeps a byte order mark", () => {
    const file = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"a":"é"}')]);
    const after = changeEnv(file, new Map([["A", '"1"']]));
    assert.deepEqual(after.subarray(0, 3), file.subarray(0, 3));
    assert.equal(after.toString("utf8").slice(1), '{"a":"é", "env": {"A": "1"}}');
  });

  it("drops the block that it emptied only when asked to", () => {
    const file = Buffer.from('{\n  "a": 1,\n  "env": {\n    "A": "1"\n  }\n}\n');
    const changes = new Map([["A", undefined]]);
    assert.equal(changeEnv(file, changes).toString(), '{\n  "a": 1,\n  "env": {}\n}\n');
    const dropped = changeEnv(file, changes, { dropEmptyEnv: true }).toString();
    assert.equal(dropped, '{\n  "a": 1\n}\n');
  });

  it("sets, keeps and removes what it should in any settings file", () => {
    const name = fc.constantFrom("A", "B", "ANTHROPIC_BASE_URL", 'odd "name"', "ключ");
    const settings = fc.record(
      {
        env: fc.dictionary(name, fc.string()),
        permissions: fc.jsonValue(),
        "1": fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const indent = fc.constantFrom(undefined, 1, 2, 4, "\t");
    const changes = fc.dictionary(name, fc.option(fc.string(), { nil: undefined }));
    fc.assert(
      fc.property(settings, indent, changes, (value, space, wanted) => {
        const before = Buffer.from(JSON.stringify(value, null, space));
        const texts = Object.entries(wanted).map(([key, text]): [string, string | undefined] => [
          key,
          text === undefined ? undefined : JSON.stringify(text),
        ]);
        const after = readSettings(changeEnv(before, new Map(texts)));
        assert.ok(after.ok);
        const env = Object.entries({ ...value.env, ...wanted }).filter(
          ([, text]) => text !== undefined,
        );
        assert.deepEqual({ ...after.value.env }, Object.fromEntries(env));
        const { env: _before, ...others } = JSON.parse(before.toString());
        const { env: _after, ...kept } = after.value.value;
        assert.deepEqual(kept, others);
      }),
    );
  });
});

describe("envValueText", () => {
  it("gives a value as the file spells it", () => {
    const file = Buffer.from('{"env": {"A": 1.0, "B": "\\u0041"}}');
    assert.equal(envValueText(file, "A"), "1.0");
    assert.equal(envValueText(file, "B"), '"\\u0041"');
    assert.equal(envValueText(file, "C"), undefined);
    assert.equal(envValueText(Buffer.from("{}"), "A"), undefined);
  });
});

describe("readSettings", () => {
  it("says at which line and column the JSON is broken", () => {
    const broken = [
      ['{\n  "a": 1,\n}', 2, 9],
      ['{\n  // note\n  "a": 1\n}', 2, 3],
      ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
      ['{"a": "x', 1, 7],
      ["{'a': 1}", 1, 2],
      ['{"a": 01}', 1, 8],
      ['{"a": 1} x', 1, 10],
      ['{"a": "\\q"}', 1, 8],
      ['{"a": [1, 2', 1, 12],
      ['{"a" 1}', 1, 6],
    ] as const;
    for (const [text, line, column] of broken) {
      const read = readSettings(Buffer.from(text));
      assert.ok(!read.ok, text);
      assert.deepEqual([read.error.line, read.error.column], [line, column], text);
    }
  });

  it("refuses an env block that is no object, and a file that is none", () => {
    assert.equal(readSettings(Buffer.from('{"env": []}')).ok, false);
    assert.equal(readSettings(Buffer.from("[]")).ok, false);
    assert.equal(readSettings(Buffer.from('{"env": null}')).ok, true);
  });
});

describe("findJsonError", () => {
  it("agrees with the engine on what is JSON", () => {
    const pieces = fc.array(
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"a"',
        '"',
        "1",
        "-",
        "0",
        ".5",
        "e1",
        "true",
        "nul",
        " ",
        "\n",
        "\\n",
        "\t",
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          pieces.map((parts) => parts.join("")),
          fc.json(),
        ),
        (text) => {
          assert.equal(findJsonError(text) === undefined, parses(text), text);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
