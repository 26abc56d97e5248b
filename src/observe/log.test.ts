import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isObject } from "../base/json.ts";
import { bounded, openLog } from "./log.ts";

function logged(level: "info" | "error", write: (log: ReturnType<typeof openLog>) => void) {
  const lines: string[] = [];
  const clock = { now: () => Date.parse("2026-11-21T10:00:00Z"), monotonicMs: () => 0 };
  write(openLog({ clock, level, write: (line) => lines.push(line) }));
  return lines;
}

describe("openLog", () => {
  it("writes one JSON line with level and time, by the given clock", () => {
    const [line = "", ...others] = logged("info", (log) => log.info({ event: "x.y" }, "text"));
    assert.deepEqual(others, []);
    assert.ok(line.endsWith("}\n"));
    assert.deepEqual(JSON.parse(line), {
      level: "info",
      time: "2026-11-21T10:00:00.000Z",
      event: "x.y",
      msg: "text",
    });
  });

  it("H-14: keeps any text inside its field", () => {
    const hostile = '"}\r\n{"event":"forged"}\u2028\u001b[31m\u0000';
    const [line = ""] = logged("info", (log) => log.info({ client: hostile }, "text"));
    assert.equal(line.trimEnd().split("\n").length, 1);
    const parsed: unknown = JSON.parse(line);
    assert.ok(isObject(parsed));
    assert.equal(parsed["client"], hostile);
    assert.doesNotMatch(line.trimEnd(), /[\u0000-\u001f]/);
  });

  it("writes nothing below its level", () => {
    assert.deepEqual(
      logged("error", (log) => log.info("quiet")),
      [],
    );
  });

  it("L-01: hides fields that are named like secrets", () => {
    const [line = ""] = logged("info", (log) => log.info({ authorization: "Bearer x" }, "text"));
    assert.doesNotMatch(line, /Bearer/);
  });
});

describe("bounded", () => {
  it("cuts what is longer than 4 KB, and says so", () => {
    assert.equal(bounded(undefined), undefined);
    assert.equal(bounded("x".repeat(4_096)), "x".repeat(4_096));
    assert.equal(bounded("x".repeat(5_000)), `${"x".repeat(4_096)}…`);
  });
});
