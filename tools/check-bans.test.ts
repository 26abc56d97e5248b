import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkBans } from "./check-bans.ts";

function complaints(file: string, source: string): number {
  return checkBans([file], () => source).length;
}

describe("checkBans", () => {
  it("keeps the process's surroundings to the folders that own them", () => {
    for (const source of ["process.env.HOME", "Date.now()", "new Date()", "Math.random()"]) {
      assert.equal(complaints("src/quota/x.ts", source), 1, source);
      assert.equal(complaints("src/config/x.ts", source), 0, source);
      assert.equal(complaints("src/quota/x.test.ts", source), 0, source);
    }
    assert.equal(complaints("src/quota/x.ts", "new Date(nowMs)"), 0);
  });

  it("knows fetch from methods of that name", () => {
    assert.equal(complaints("src/quota/x.ts", "await fetch(url)"), 1);
    assert.equal(complaints("src/quota/x.ts", "cache.fetch(url); prefetch(url)"), 0);
  });

  it("wants a reason for every skipped test and no test alone", () => {
    assert.equal(complaints("src/x/x.test.ts", 'it.skip("a", () => {})'), 1);
    assert.equal(complaints("src/x/x.test.ts", 'it("a", { skip: true }, () => {})'), 1);
    assert.equal(complaints("src/x/x.test.ts", 'describe.only("a", () => {})'), 1);
    assert.equal(complaints("src/x/x.test.ts", 'it("a", { skip: "no login here" }, f)'), 0);
  });

  it("finds a path of one machine in any kind of file", () => {
    assert.equal(complaints("README.md", `see ${["", "home", "anna", "x"].join("/")}`), 1);
    assert.equal(complaints("README.md", "GET /v1/work/x and ~/.config"), 0);
  });

  it("reads code, not the comments beside it", () => {
    assert.equal(complaints("src/quota/x.ts", "  // instead of Date.now()\n/** Date.now */"), 0);
    assert.equal(complaints("src/quota/x.ts", "now(); // not Date.now()"), 0);
  });
});
