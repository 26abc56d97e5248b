import assert from "node:assert/strict";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ERROR_LOG_FILE, LOG_FILE, LogFile, MAX_LOG_BYTES, shortenErrorLog } from "./log-file.ts";

describe("LogFile", () => {
  let scratch: string;
  let dir: string;

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "spillway-log-"));
    dir = join(scratch, "logs");
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  it("begins a new file at the limit and keeps four old ones, none longer (S1-135)", () => {
    assert.equal(MAX_LOG_BYTES, 1_048_576);
    {
      using log = new LogFile(dir, 100);
      for (let line = 10; line < 90; line += 1) log.write(`line ${line} of the log\n`);
    }
    const names = readdirSync(dir).toSorted();
    assert.deepEqual(
      names,
      ["", ".1", ".2", ".3", ".4"].map((end) => `spillway.log${end}`),
    );
    const texts = names.toReversed().map((name) => readFileSync(join(dir, name), "utf8"));
    assert.ok(texts.every((text) => text.length > 0 && text.length <= 100));
    const kept = texts.join("").trimEnd().split("\n");
    const last = Array.from(
      { length: kept.length },
      (_, at) => `line ${90 - kept.length + at} of the log`,
    );
    assert.deepEqual(kept, last);
  });

  it("goes on at the end of what is there, for its owner alone", () => {
    for (const line of ["one\n", "two\n"]) {
      using log = new LogFile(dir);
      log.write(line);
    }
    assert.equal(readFileSync(join(dir, LOG_FILE), "utf8"), "one\ntwo\n");
    if (process.platform !== "win32") {
      assert.equal(statSync(dir).mode & 0o777, 0o700);
      assert.equal(statSync(join(dir, LOG_FILE)).mode & 0o777, 0o600);
    }
  });

  it("does not end what is served when the file cannot be written", () => {
    const log = new LogFile(dir, 10);
    log.write("first\n");
    rmSync(scratch, { recursive: true });
    log.write("a line that wants a new file\n");
    log.write("another\n");
  });
});

describe("shortenErrorLog", () => {
  it("empties what another holds open, who goes on at the new end", (t) => {
    const dir = mkdtempSync(join(tmpdir(), "spillway-log-"));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const path = join(dir, ERROR_LOG_FILE);
    shortenErrorLog(dir);
    writeFileSync(path, "x".repeat(11));
    const holder = openSync(path, "a");
    shortenErrorLog(dir, 11);
    assert.equal(statSync(path).size, 11);
    shortenErrorLog(dir, 10);
    writeSync(holder, "next\n");
    closeSync(holder);
    assert.equal(readFileSync(path, "utf8"), "next\n");
    assert.equal(readFileSync(`${path}.1`, "utf8"), "x".repeat(11));
  });
});
