import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spokenSystem } from "./system-text.ts";

describe("spokenSystem", () => {
  it("leaves out the billing header and what is blank, and nothing that stands behind the header", () => {
    const header = "x-anthropic-billing-header: cc_version=2.1.0; cch=1a2b3;";
    const texts = [header, " ", `${header}\nBe kind.`, "Be brief."];
    const system = texts.map((text) => ({ type: "text", text }) as const);
    assert.deepEqual(
      spokenSystem(system).map(({ text }) => text),
      ["Be kind.", "Be brief."],
    );
  });
});
