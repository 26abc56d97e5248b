import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "expected");
const MARK = "=== ";
const WRITES = process.env["SPILLWAY_TEST_WRITE_GOLDEN"] === "1";

/** A file of sections, each what one case came to. */
export class GoldenFile {
  readonly #path: string;
  readonly #sections: readonly string[];
  readonly #expected: ReadonlyMap<string, string>;
  readonly #seen = new Map<string, string>();

  constructor(name: string, sections: readonly string[]) {
    this.#sections = sections;
    this.#path = join(FOLDER, `${name}.txt`);
    this.#expected = existsSync(this.#path)
      ? sectionsIn(readFileSync(this.#path, "utf8"))
      : new Map();
  }

  check(section: string, text: string): void {
    this.#seen.set(section, text);
    if (WRITES) return;
    assert.equal(
      text,
      this.#expected.get(section),
      `${this.#path} has something else; SPILLWAY_TEST_WRITE_GOLDEN=1 writes it anew`,
    );
  }

  /** Writes what was seen, where that is asked for; else no section may be there that is none of these. */
  finish(): void {
    if (!WRITES) {
      const others = [...this.#expected.keys()].filter((name) => !this.#sections.includes(name));
      assert.deepEqual(others, [], this.#path);
      return;
    }
    const texts = this.#sections.map((name) => {
      const text = this.#seen.get(name) ?? this.#expected.get(name) ?? "";
      return `${MARK}${name}\n\n${text}\n`;
    });
    writeFileSync(this.#path, texts.join("\n"));
  }
}

/** No file is there but these. */
export function onlyGolden(names: readonly string[]): void {
  const others = readdirSync(FOLDER).filter((file) => !names.includes(file.replace(/\.txt$/, "")));
  if (WRITES) for (const file of others) rmSync(join(FOLDER, file));
  else assert.deepEqual(others, []);
}

function sectionsIn(text: string): ReadonlyMap<string, string> {
  const sections = `\n${text}`.split(`\n${MARK}`).slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf("\n");
      return [section.slice(0, end), section.slice(end).trim()];
    }),
  );
}
