import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { seedAtStart } from "./seed-at-start.ts";

const HERE = "http://127.0.0.1:4080";
const OTHERS = {
  picker: [{ id: "claude-spillway-groq/llama", display_name: "groq/llama" }],
  unavailable: [],
};

interface Case {
  readonly seed?: "auto" | "on" | "off";
  /** Undefined: there is no folder of Claude Code's. */
  readonly settings?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly found?: typeof OTHERS;
}

/** The base URL that was written; undefined where nothing was. */
async function seededWith({ seed = "auto", settings, env = {}, found = OTHERS }: Case) {
  const homeDir = await mkdtemp(join(tmpdir(), "spillway-start-"));
  try {
    const folder = join(homeDir, ".claude");
    if (settings !== undefined) {
      await mkdir(folder);
      await writeFile(join(folder, "settings.json"), JSON.stringify(settings));
    }
    let asked = 0;
    await seedAtStart({
      config: {
        models: { seed, stock: [], stockOneMillion: [], catalog: {}, oneMillion: [] },
        quota: { statusFile: undefined, accounts: [] },
      },
      inputs: { env, homeDir, platform: process.platform, cwd: homeDir },
      url: HERE,
      models: async () => {
        asked += 1;
        return found;
      },
      journal: (level, event) => assert.equal(`${level} ${event}`, "info models.seeded"),
      nowMs: 1,
    });
    const text = await readFile(join(folder, "cache", "gateway-models.json"), "utf8").catch(
      () => "",
    );
    if (text === "") return { asked };
    const cache: { readonly baseUrl: string } = JSON.parse(text);
    return { asked, baseUrl: cache.baseUrl };
  } finally {
    await rm(homeDir, { recursive: true, force: true });
  }
}

const settingsFor = (url: string) => ({ env: { ANTHROPIC_BASE_URL: url } });

describe("seedAtStart", () => {
  it("S1-077 writes for a Claude Code that is connected here, with its own spelling of the address", async () => {
    for (const url of [HERE, `${HERE}/`, "http://localhost:4080"]) {
      assert.deepEqual(await seededWith({ settings: settingsFor(url) }), {
        asked: 1,
        baseUrl: url,
      });
      const env = { ANTHROPIC_BASE_URL: url };
      assert.deepEqual(await seededWith({ settings: {}, env }), { asked: 1, baseUrl: url });
    }
  });

  it("S1-077 writes for each account that is connected here, and asks once", async () => {
    const homeDir = await mkdtemp(join(tmpdir(), "spillway-start-"));
    try {
      const folders = ["one", "two", "elsewhere", "not there"].map((name) => join(homeDir, name));
      for (const [index, url] of [HERE, `${HERE}/`, "https://gateway.example"].entries()) {
        const folder = folders[index] ?? "";
        await mkdir(folder);
        await writeFile(join(folder, "settings.json"), JSON.stringify(settingsFor(url)));
      }
      let asked = 0;
      await seedAtStart({
        config: {
          models: { seed: "auto", stock: [], stockOneMillion: [], catalog: {}, oneMillion: [] },
          quota: { statusFile: undefined, accounts: folders },
        },
        inputs: { env: {}, homeDir, platform: process.platform, cwd: homeDir },
        url: HERE,
        models: async () => {
          asked += 1;
          return OTHERS;
        },
        journal: (level, event) => assert.equal(`${level} ${event}`, "info models.seeded"),
        nowMs: 1,
      });
      const written = folders.map((folder) =>
        existsSync(join(folder, "cache", "gateway-models.json")),
      );
      assert.deepEqual({ written, asked }, { written: [true, true, false, false], asked: 1 });
    } finally {
      await rm(homeDir, { recursive: true, force: true });
    }
  });

  it("asks nobody where no Claude Code is connected here", async () => {
    const cases: readonly Case[] = [
      {},
      { settings: {} },
      { settings: settingsFor("http://127.0.0.1:4081") },
      { settings: settingsFor("https://gateway.example:4080") },
      { settings: settingsFor("not a URL") },
      { env: { ANTHROPIC_BASE_URL: HERE } },
      { seed: "off", settings: settingsFor(HERE) },
      { seed: "on" },
    ];
    for (const each of cases) assert.deepEqual(await seededWith(each), { asked: 0 });
  });

  it("writes for any where that is asked for", async () => {
    assert.equal((await seededWith({ seed: "on", settings: {} })).baseUrl, HERE);
    const other = "https://gateway.example";
    const settings = settingsFor(other);
    assert.equal((await seededWith({ seed: "on", settings })).baseUrl, other);
  });

  it("writes nothing where Anthropic is alone", async () => {
    const found = { picker: [], unavailable: [] };
    assert.deepEqual(await seededWith({ settings: settingsFor(HERE), found }), { asked: 1 });
  });
});
