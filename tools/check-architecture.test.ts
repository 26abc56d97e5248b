import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkArchitecture, findCycles, LAYERS } from "./check-architecture.ts";

function complaints(file: string, source: string, faces: readonly string[] = []): number {
  return checkArchitecture(
    [file],
    () => source,
    (path) => faces.includes(path),
  ).length;
}

describe("checkArchitecture", () => {
  it("allows what the layers list and nothing else", () => {
    assert.equal(complaints("src/quota/x.ts", 'import { a } from "../base/a.ts";'), 0);
    assert.equal(complaints("src/quota/x.ts", 'import { a } from "../store/a.ts";'), 1);
    assert.equal(complaints("src/base/x.ts", 'import { a } from "../quota/a.ts";'), 1);
    assert.equal(complaints("src/main.ts", 'import { a } from "./cli/a.ts";'), 0);
  });

  it("sees every form of import", () => {
    for (const source of [
      'import "../store/a.ts";',
      'import {\n  type A,\n  b,\n} from "../store/a.ts";',
      'export { a } from "../store/a.ts";',
      'export * from "../store/a.ts";',
      'import type { A } from "../store/a.ts";',
      'const a = await import("../store/a.ts");',
    ]) {
      assert.equal(complaints("src/quota/x.ts", source), 1, source);
    }
  });

  it("takes no text in a string for an import", () => {
    assert.equal(complaints("src/quota/x.ts", 'const hint = "../store/a.ts";'), 0);
  });

  it("lets only types pass from upstream to metering", () => {
    assert.equal(complaints("src/metering/x.ts", 'import type { U } from "../upstream/u.ts";'), 0);
    assert.equal(complaints("src/metering/x.ts", 'import { u } from "../upstream/u.ts";'), 1);
  });

  it("wants a folder entered by its public face where it has one", () => {
    const faces = ["src/store/index.ts"];
    assert.equal(complaints("src/ledger/x.ts", 'import { a } from "../store/a.ts";', faces), 1);
    assert.equal(complaints("src/ledger/x.ts", 'import { a } from "../store/index.ts";', faces), 0);
    assert.equal(complaints("src/store/x.ts", 'import { a } from "./a.ts";', faces), 0);
  });

  it("does not know folders that nobody placed", () => {
    assert.equal(complaints("src/utils/x.ts", 'import { a } from "../base/a.ts";'), 1);
  });
});

describe("LAYERS", () => {
  it("has no cycle", () => {
    assert.deepEqual(findCycles(LAYERS), []);
    assert.deepEqual(findCycles({ a: ["b"], b: ["c"], c: ["a"] }).length, 3);
  });
});
