import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { addLines, removeLines } from "./marked-block.ts";

const LINES = {
  head: ["a = 1"],
  tail: ["[b]", "c = 2"],
  replaces: (line: string) => line.startsWith("a ="),
};

describe("addLines", () => {
  it("adds at the top and at the bottom, and puts aside what it stands in for", () => {
    assert.equal(
      addLines("a = 7\nz = 1\n", LINES),
      `# >>> spillway connect
a = 1
# <<< spillway connect
#spillway# a = 7
z = 1
# >>> spillway connect
[b]
c = 2
# <<< spillway connect
`,
    );
  });

  it("changes nothing a second time", () => {
    const once = addLines("a = 7\n", LINES);
    assert.equal(addLines(once, LINES), once);
  });

  it("keeps line ends of the other kind", () => {
    const added = addLines("a = 7\r\n", LINES);
    assert.doesNotMatch(added, /(?<!\r)\n/);
    assert.equal(removeLines(added), "a = 7\r\n");
  });
});

describe("removeLines", () => {
  it("gives any file back as it was, but for a line end at its end", () => {
    const line = fc.oneof(
      fc.constantFrom("a = 7", "[b]", "", "# a = 1", "z = 'a = 3'"),
      fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, "")),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.boolean(), (lines, ends) => {
        const file = lines.join("\n") + (ends && lines.length > 0 ? "\n" : "");
        const back = removeLines(addLines(file, LINES));
        assert.ok(back === file || back === `${file}\n`, JSON.stringify({ file, back }));
      }),
    );
  });

  it("keeps what was written around the block since", () => {
    const added = addLines("z = 1\n", LINES);
    assert.equal(removeLines(`first = 0\n${added}last = 9\n`), "first = 0\nz = 1\nlast = 9\n");
  });

  it("leaves a file alone in which a block has lost its end", () => {
    const cut = "# >>> spillway connect\na = 1\nmine = 2\n";
    assert.equal(removeLines(cut), cut);
  });
});
