import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseSizeBytes } from "./size.ts";

describe("parseSizeBytes", () => {
  it("reads every unit in binary multiples", () => {
    const examples = [
      ["512B", 512],
      ["64KB", 65_536],
      ["32MB", 33_554_432],
      ["1GB", 1_073_741_824],
      ["1TB", 1_099_511_627_776],
      ["1.5mb", 1_572_864],
      ["0B", 0],
    ] as const;
    for (const [text, value] of examples) {
      assert.deepEqual(parseSizeBytes(text), { ok: true, value });
    }
  });

  it("refuses a bare number, an unknown unit and anything else, naming it", () => {
    for (const text of ["32", "", "MB", "-1MB", "1 MB", "1PB", "1MiB", "1e3KB"]) {
      const parsed = parseSizeBytes(text);
      assert.ok(!parsed.ok && parsed.error.includes(`"${text}"`), text);
    }
  });

  it("refuses what does not fit", () => {
    assert.equal(parseSizeBytes("999999999999TB").ok, false);
  });
});
