import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { generate } from "./generate-prices.ts";

describe("generate-prices", () => {
  it("has its output in the tree, as it would be made now", () => {
    for (const { path, content } of generate()) {
      assert.equal(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"), content);
    }
  });
});
