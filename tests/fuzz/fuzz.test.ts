import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Coverage } from "./coverage.ts";
import { type Finding, kindOf, minimise, problemWith } from "./finding.ts";
import { mutate, type Shape } from "./mutate.ts";
import { openSearch } from "./open-search.ts";
import { Random } from "./random.ts";
import { Search } from "./search.ts";
import { seedsOf } from "./seeds.ts";
import type { Target } from "./target.ts";
import { TARGETS } from "./targets/index.ts";
import { readSecret } from "./toy.fixture.ts";

/** One for all: what a second one would see is only what the first left uncompiled. */
const coverage = new Coverage((url) => /\/src\/|\/toy\.fixture\.ts$/.test(url));
const SEED = 20_261_125;
const ROUNDS = 4;
const MOST_ROUNDS = 4_000;

describe("decoders", () => {
  for (const target of TARGETS) {
    it(`take whatever was once found: ${target.name}`, () => {
      const seeds = seedsOf(target);
      assert.ok(seeds.length > 0);
      for (const { file, input } of seeds) {
        assert.equal(problemWith(target.run, input), undefined, file);
      }
    });

    it(`take what is searched for with a fixed seed: ${target.name}`, () => {
      const search = openSearch(target, SEED, { coverage, onRun: () => {} });
      const findings = [search.begin()];
      for (let round = 0; round < ROUNDS; round += 1) findings.push(search.next());
      assert.deepEqual(findings.flat().map(describeFinding), []);
    });
  }
});

describe("the search", () => {
  const toy: Target = {
    name: "toy",
    shape: "bytes",
    sources: [],
    run: (input) => {
      readSecret(input.toString("latin1"));
      return "";
    },
  };

  it("is led by what runs to what it could not guess, and makes it small", () => {
    const found = findIn(toy);
    assert.ok(found !== undefined);
    assert.equal(minimise(toy.run, found, 1_000).toString(), "fz!");
  });

  it("goes the same way for the same seed", () => {
    for (const shape of ["json", "stream", "lines", "bytes"] satisfies Shape[]) {
      const inputs = [1, 1, 2].map((seed) => someMutants(shape, seed));
      assert.deepEqual(inputs[0], inputs[1]);
      assert.notDeepEqual(inputs[0], inputs[2]);
    }
  });

  it("tells two failures apart by where they are thrown", () => {
    const thrown = (line: number): string =>
      `Error: no\n    at run (file:///a/tests/x.ts:1:1)\n    at f (file:///a/src/b.ts:${line}:3)`;
    assert.equal(kindOf(thrown(1)), kindOf(thrown(1)));
    assert.notEqual(kindOf(thrown(1)), kindOf(thrown(2)));
  });
});

function findIn(target: Target): Finding | undefined {
  const seeds = [Buffer.from("seed")];
  const random = new Random(SEED);
  const search = new Search({ target, seeds, words: [], random, coverage, onRun: () => {} });
  search.begin();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const [finding] = search.next();
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function someMutants(shape: Shape, seed: number): readonly string[] {
  const random = new Random(seed);
  const parent = Buffer.from('data: {"a":[1,"b"]}\n\ndata: {"c":null}\n\n');
  const material = { words: ["type", "text"], other: () => parent };
  return Array.from({ length: 50 }, () => mutate(parent, shape, random, material).toString("hex"));
}

function describeFinding({ target, input, message }: Finding): string {
  return `${target}: ${message}\n${input.toString("base64")}`;
}
