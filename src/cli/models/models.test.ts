import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { modelsSection } from "../../config/models-section.ts";
import { runAsking } from "../control.fixture.ts";
import { pickerRows } from "./picker-cache.ts";

const BASE_URL = "http://127.0.0.1:4080";
const FOUND = {
  models: [
    { id: "claude-opus-5-5", provider: "anthropic", display_name: "Claude Opus 5.5" },
    { id: "groq/llama", provider: "groq", display_name: "Llama \u001b[31m4" },
  ],
  picker: [{ id: "claude-spillway-groq/llama", display_name: "groq/llama" }],
  unavailable: [],
};
const STOCK_IDS = [
  "claude-opus-4-8",
  "claude-opus-4-8[1m]",
  "claude-opus-4-7",
  "claude-opus-4-7[1m]",
  "claude-sonnet-4-6",
  "claude-sonnet-4-6[1m]",
  "claude-haiku-4-5",
];

interface Home extends AsyncDisposable {
  readonly path: string;
  readonly cache: string;
  readonly seed: (
    found?: object,
    env?: Readonly<Record<string, string>>,
    ...flags: readonly string[]
  ) => ReturnType<typeof runAsking>;
  readonly cached: () => Promise<{
    readonly baseUrl: string;
    readonly fetchedAt: number;
    readonly models: readonly { readonly id: string; readonly display_name: string }[];
  }>;
}

async function openHome(): Promise<Home> {
  const path = await mkdtemp(join(tmpdir(), "spillway-seed-"));
  const folder = join(path, "claude");
  const cache = join(folder, "cache", "gateway-models.json");
  return {
    path,
    cache,
    seed: async (found = FOUND, env = {}, ...flags) =>
      await runAsking([{ status: 200, body: found }], ["seed-models", ...flags], {
        homeDir: path,
        now: 1_764_000_000_000,
        env: { ANTHROPIC_BASE_URL: BASE_URL, CLAUDE_CONFIG_DIR: folder, ...env },
      }),
    cached: async () => JSON.parse(await readFile(cache, "utf8")),
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }),
  };
}

describe("spillway seed-models", () => {
  it("S1-075, S1-081, X-R10 writes Claude's models and the others' into the picker's cache", async () => {
    await using home = await openHome();
    const run = await home.seed();
    assert.equal(run.code, 0, run.err);
    const { baseUrl, fetchedAt, models } = await home.cached();
    assert.equal(baseUrl, BASE_URL);
    assert.equal(fetchedAt, 1_764_000_000_000);
    assert.deepEqual(
      models.map(({ id }) => id),
      [...STOCK_IDS, "claude-spillway-groq/llama"],
    );
    assert.deepEqual(models.slice(0, 2), [
      { id: "claude-opus-4-8", display_name: "Claude Opus 4.8" },
      { id: "claude-opus-4-8[1m]", display_name: "Claude Opus 4.8 (1M context)" },
    ]);
    assert.deepEqual(await readdir(join(home.path, "claude", "cache")), ["gateway-models.json"]);
    if (process.platform !== "win32") assert.equal((await stat(home.cache)).mode & 0o777, 0o600);
  });

  it("S1-076, S1-082 says which base URL it is for, and what is left to do", async () => {
    await using home = await openHome();
    const run = await home.seed(FOUND, { ANTHROPIC_BASE_URL: `${BASE_URL}/` });
    assert.equal((await home.cached()).baseUrl, `${BASE_URL}/`);
    assert.match(run.out, /Wrote 8 models to ~\/claude\/cache\/gateway-models\.json/);
    assert.match(run.out, /ANTHROPIC_BASE_URL=http:\/\/127\.0\.0\.1:4080\/;/);
    assert.match(run.out, /Restart Claude Code; open \/model again/);
  });

  it("S1-075 takes the base URL of the user's settings, where the environment has none", async () => {
    await using home = await openHome();
    await mkdir(join(home.path, "claude"));
    const settings = { env: { ANTHROPIC_BASE_URL: "http://localhost:4080" } };
    await writeFile(join(home.path, "claude", "settings.json"), JSON.stringify(settings));
    await home.seed(FOUND, { ANTHROPIC_BASE_URL: "" });
    assert.equal((await home.cached()).baseUrl, "http://localhost:4080");
  });

  it("S1-079 leaves a good cache alone while a provider does not answer", async () => {
    await using home = await openHome();
    await home.seed();
    const before = await readFile(home.cache, "utf8");
    const run = await home.seed({ ...FOUND, picker: [], unavailable: ["groq"] });
    assert.equal(run.code, 0);
    assert.match(run.out, /Not answering: groq\. The models in .+ were left as they are\./);
    assert.equal(await readFile(home.cache, "utf8"), before);
  });

  it("S1-079 writes what there is where no good cache would be lost", async () => {
    for (const old of [undefined, "{", '{"baseUrl":"http://other","models":[]}']) {
      await using home = await openHome();
      await mkdir(join(home.path, "claude", "cache"), { recursive: true });
      if (old !== undefined) await writeFile(home.cache, old);
      const run = await home.seed({ ...FOUND, picker: [], unavailable: ["groq"] });
      assert.match(run.out, /Not answering, so left out: groq\./);
      const { models } = await home.cached();
      assert.deepEqual(
        models.map(({ id }) => id),
        STOCK_IDS,
      );
    }
  });

  it("S1-077, S1-079 says nothing with --quiet, as long as it can be done", async () => {
    await using home = await openHome();
    const partial = { ...FOUND, unavailable: ["groq"] };
    for (const found of [partial, FOUND, partial]) {
      const { code, out, err } = await home.seed(found, {}, "--quiet");
      assert.deepEqual({ code, out, err }, { code: 0, out: "", err: "" });
    }
    assert.equal((await home.cached()).models.length, STOCK_IDS.length + 1);
    await rm(join(home.path, "claude"), { recursive: true });
    await writeFile(join(home.path, "claude"), "a file");
    const failed = await home.seed(FOUND, {}, "--quiet");
    assert.equal(failed.code, 1);
    assert.match(failed.err, /cannot be written/);
  });

  it("S1-075 writes for each account, unless a folder is named", async () => {
    await using home = await openHome();
    const dirs = ["one", "two"].map((name) => join(home.path, name));
    const env = { CLAUDE_CONFIG_DIRS: dirs.join(",") };
    await home.seed(FOUND, env);
    for (const dir of dirs) await assert.rejects(stat(dir));
    const run = await home.seed(FOUND, { ...env, CLAUDE_CONFIG_DIR: "" });
    assert.equal(run.code, 0, run.err);
    for (const dir of dirs) {
      assert.match(await readFile(join(dir, "cache", "gateway-models.json"), "utf8"), /groq/);
    }
    assert.equal(run.out.match(/Wrote 8 models/g)?.length, 2);
    assert.equal(run.out.match(/Restart/g)?.length, 1);
  });

  it("S1-080 takes the stock, and those with a large window, from the environment", async () => {
    await using home = await openHome();
    const stock = [{ id: "claude-x", display_name: "Claude X" }, { id: "claude-y" }];
    await home.seed(FOUND, {
      SEED_STOCK_MODELS: JSON.stringify(stock),
      STOCK_1M_MODELS: "claude-y",
    });
    assert.deepEqual((await home.cached()).models, [
      { id: "claude-x", display_name: "Claude X" },
      { id: "claude-y", display_name: "claude-y" },
      { id: "claude-y[1m]", display_name: "claude-y (1M context)" },
      ...FOUND.picker,
    ]);
  });

  it("S1-080 has the defaults that it is documented to have", () => {
    assert.deepEqual(modelsSection.parse({}), {
      catalog: {},
      oneMillion: [],
      seed: "auto",
      stock: [
        { id: "claude-opus-4-8", name: "Claude Opus 4.8" },
        { id: "claude-opus-4-7", name: "Claude Opus 4.7" },
        { id: "claude-sonnet-4-6", name: "Claude Sonnet 4.6" },
        { id: "claude-haiku-4-5", name: "Claude Haiku 4.5" },
      ],
      stockOneMillion: [
        "claude-opus-4-8",
        "claude-opus-4-7",
        "claude-opus-4-6",
        "claude-sonnet-4-6",
      ],
    });
  });

  it("S1-061 has no model twice", () => {
    const stock = { stock: [{ id: "claude-x", name: "X" }], stockOneMillion: [] };
    const rows = pickerRows(stock, [{ id: "claude-x", display_name: "claude-x" }]);
    assert.deepEqual(rows, [{ id: "claude-x", display_name: "X" }]);
  });

  it("says why the cache cannot be written", async () => {
    await using home = await openHome();
    await writeFile(join(home.path, "claude"), "a file");
    const run = await home.seed();
    assert.equal(run.code, 1);
    assert.match(run.err, /gateway-models\.json cannot be written/);
  });
});

describe("spillway models", () => {
  it("needs no running server", async () => {
    const run = await runAsking([{ status: 200, body: FOUND }], ["models"]);
    assert.equal(run.code, 0, run.err);
    assert.match(run.out, /groq\/llama +groq +Llama \S+4\n/);
    assert.doesNotMatch(run.out, /\u001b/);
  });
});
