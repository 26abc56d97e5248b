import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, Turn } from "../../../../canonical/index.ts";
import { arrangeTurns } from "./arrange-turns.ts";
import { call, openWriting, result, said, TRAITS, text } from "./hub.fixture.ts";

const unsigned: Block = { type: "thinking", text: "hm" };
const signed: Block = { type: "thinking", text: "", signature: "s" };
const BEGINNING = said("user", text("[the beginning of the conversation was left out]"));

function reminder(words: string): Block {
  return text(`<system-reminder>\n${words}\n</system-reminder>`);
}

describe("arrangeTurns", () => {
  const ROWS: readonly (readonly [string, readonly Turn[], readonly Turn[]])[] = [
    [
      "makes one turn of several of one role",
      [said("user", text("a")), said("user", text("b")), said("assistant", text("c"))],
      [said("user", text("a"), text("b")), said("assistant", text("c"))],
    ],
    [
      "brings the results of one turn together",
      [
        said("user", text("q")),
        said("assistant", call("a")),
        said("assistant", call("b")),
        said("user", result("a")),
        said("user", result("b")),
      ],
      [
        said("user", text("q")),
        said("assistant", call("a"), call("b")),
        said("user", result("a"), result("b")),
      ],
    ],
    [
      "drops text without a letter in it, and what that empties",
      [said("user", text("q")), said("assistant", text(" \n")), said("user", text("r"))],
      [said("user", text("q"), text("r"))],
    ],
    [
      "drops empty text in a result too",
      [said("user", text("q")), said("assistant", call("a")), said("user", result("a", ""))],
      [
        said("user", text("q")),
        said("assistant", call("a")),
        said("user", { ...result("a"), content: [] }),
      ],
    ],
    [
      "lets the user begin",
      [said("assistant", text("Hi"))],
      [BEGINNING, said("assistant", text("Hi"))],
    ],
    [
      "keeps system turns behind the user's",
      [
        said("user", text("q")),
        said("system", text("s")),
        said("assistant", text("a")),
        said("user", text("r")),
        said("system", text("t")),
      ],
      [
        said("user", text("q")),
        said("system", text("s")),
        said("assistant", text("a")),
        said("user", text("r")),
        said("system", text("t")),
      ],
    ],
    [
      "keeps the last of several system turns",
      [said("user", text("q")), said("system", text("s")), said("system", text("t"))],
      [said("user", text("q"), reminder("s")), said("system", text("t"))],
    ],
    [
      "makes a system turn the user's where the API refuses it",
      [
        said("system", text("first")),
        said("user", text("q")),
        said("assistant", text("a")),
        said("system", text("s")),
        said("user", text("r")),
        said("system", text("t")),
        said("user", text("u")),
      ],
      [
        said("user", reminder("first"), text("q")),
        said("assistant", text("a")),
        said("user", reminder("s"), text("r"), reminder("t"), text("u")),
      ],
    ],
  ];
  for (const [name, turns, expected] of ROWS) {
    it(name, () => assert.deepEqual(arrangeTurns(turns, openWriting()), expected));
  }

  it("leaves a client of this API its own order", () => {
    const turns = [said("user", text("q")), said("system", text("s")), said("user", text("r"))];
    assert.deepEqual(arrangeTurns(turns, openWriting({ isOwn: true })), turns);
  });

  it("leaves out thinking that nobody signed, and says so; signed thinking stays, however empty", () => {
    const writing = openWriting();
    const turns = [said("user", text("q")), said("assistant", unsigned, signed, text("a"))];
    assert.deepEqual(arrangeTurns(turns, writing)[1], said("assistant", signed, text("a")));
    assert.deepEqual(writing.lost, ["content[].thinking"]);
  });

  it("folds system turns in place for a model that does not take them, behind the results", () => {
    const writing = openWriting({ traits: { ...TRAITS, hasSystemTurns: false } });
    const turns = [
      said("user", text("q")),
      said("assistant", call("a")),
      said("system", text("s")),
      said("user", result("a")),
    ];
    assert.deepEqual(arrangeTurns(turns, writing).at(-1), said("user", result("a"), reminder("s")));
  });
});
