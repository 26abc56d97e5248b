import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { askHidden, askYesNo } from "./prompt.ts";

/** A terminal whose user types the lines, each when it is asked for. */
function terminal(...lines: readonly string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const waiting = [...lines];
  const texts = { shown: "" };
  return {
    texts,
    stdin: () => input,
    stderr: {
      on: () => undefined,
      write: (text: string) => {
        texts.shown += text;
        if (!/[?:]|\] $/.test(text)) return;
        const next = waiting.shift();
        setImmediate(() => (next === undefined ? input.end() : input.write(next)));
      },
    },
  };
}

describe("askHidden", () => {
  it("gives the line and shows nothing of it", async () => {
    const asked = terminal("a secret\r");
    assert.equal(await askHidden(asked, "Key: "), "a secret");
    assert.equal(asked.texts.shown, "Key: \n");
  });

  it("understands corrections", async () => {
    assert.equal(await askHidden(terminal("abx\u007fc\r"), "Key: "), "abc");
  });

  it("is broken off by Ctrl-C, Ctrl-D and the end of input", async () => {
    for (const typed of ["abc\u0003", "\u0004"]) {
      assert.equal(await askHidden(terminal(typed), "Key: "), undefined);
    }
    assert.equal(await askHidden(terminal(), "Key: "), undefined);
  });
});

describe("askYesNo", () => {
  it("takes yes, no, and enter for what it would be", async () => {
    for (const [typed, fallback, expected] of [
      ["y\n", false, true],
      ["YES\n", false, true],
      ["n\n", true, false],
      [" no \n", true, false],
      ["\n", true, true],
      ["\n", false, false],
    ] as const) {
      const asked = terminal(typed);
      assert.equal(await askYesNo(asked, "So?", fallback), expected);
      assert.equal(asked.texts.shown, `So? ${fallback ? "[Y/n]" : "[y/N]"} `);
    }
  });

  it("asks again until it understands", async () => {
    const asked = terminal("perhaps\n", "y\n");
    assert.equal(await askYesNo(asked, "So?", false), true);
    assert.equal(asked.texts.shown, "So? [y/N] So? [y/N] ");
  });

  it("is broken off by the end of input", async () => {
    assert.equal(await askYesNo(terminal(), "So?", true), undefined);
  });
});
