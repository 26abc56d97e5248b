import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "expected");
const WRITES = process.env["SPILLWAY_TEST_WRITE_GOLDEN"] === "1";

/** Compares a text with what is written, or writes it, where that is asked for. */
export function checkGolden(name: string, text: string): void {
  const path = join(FOLDER, `${name}.txt`);
  if (WRITES) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, `${text}\n`);
    return;
  }
  const expected = existsSync(path) ? readFileSync(path, "utf8").trimEnd() : undefined;
  assert.equal(
    text,
    expected,
    `${path} has something else; SPILLWAY_TEST_WRITE_GOLDEN=1 writes it anew`,
  );
}

/** No file is there but these. */
export function onlyGolden(names: readonly string[]): void {
  const others = readdirSync(FOLDER).filter((file) => !names.includes(file.replace(/\.txt$/, "")));
  if (WRITES) for (const file of others) rmSync(join(FOLDER, file));
  else assert.deepEqual(others, []);
}

/** All that is written, by name. */
export function readGolden(): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(FOLDER).map((file) => [file, readFileSync(join(FOLDER, file), "utf8")]),
  );
}
