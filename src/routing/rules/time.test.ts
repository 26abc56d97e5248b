import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROGRAM = fileURLToPath(new URL("./judge-nasty.fixture.ts", import.meta.url));
/** Together they take a fraction of a second; one regular expression that goes back would take years. */
const DEADLINE_MS = 60_000;

describe("the time that an expression takes", () => {
  it("has an end, whatever the expression", async () => {
    // A process of its own: what hangs cannot be stopped from within.
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [PROGRAM], {
      timeout: DEADLINE_MS,
      killSignal: "SIGKILL",
    });
    const lines = stdout.trim().split("\n");
    assert.ok(lines.length > 20, stdout);
    assert.ok(
      lines.slice(0, 8).every((line) => line.includes("regular expression")),
      stdout,
    );
  });
});
