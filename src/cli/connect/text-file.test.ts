import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { parse } from "smol-toml";
import { type Run, runOn } from "../testing.ts";

let home = "";
let config = "";

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "spillway-connect-"));
  config = join(home, ".codex", "config.toml");
  await mkdir(join(home, ".codex"));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function connect(...argv: readonly string[]): Promise<Run> {
  return await runOn({ homeDir: home }, "connect", ...argv);
}

describe("spillway connect codex", () => {
  it("prints what to add, and changes nothing", async () => {
    const { code, out } = await connect("codex");
    assert.equal(code, 0);
    assert.match(out, /^ {2}model_provider = "spillway"$/m);
    assert.match(out, /^ {2}base_url = "http:\/\/127\.0\.0\.1:4080\/v1"$/m);
    assert.ok(out.split("\n").every((line) => line.length <= 80));
    assert.deepEqual(await readdir(join(home, ".codex")), []);
  });

  it("writes a file where there was none, and takes it away again", async () => {
    assert.equal((await connect("codex", "--write", "--model", "groq/x")).code, 0);
    const settings = parse(await readFile(config, "utf8"));
    assert.equal(settings["model"], "groq/x");
    assert.equal(settings["model_provider"], "spillway");
    assert.equal((await connect("codex", "--undo")).code, 0);
    assert.deepEqual(await readdir(join(home, ".codex")), []);
    assert.match((await connect("codex", "--undo")).out, /Nothing to take back/);
  });

  it("keeps every line of the user's, also one it stands in for", async () => {
    const own = `# mine
model_provider = "azure" # work
model = "gpt-5.5"

[model_providers.azure]
name = "Azure"

[profiles.x]
model_provider = "azure"
`;
    await writeFile(config, own);
    await connect("codex", "--write");
    const settings = parse(await readFile(config, "utf8"));
    assert.equal(settings["model_provider"], "spillway");
    assert.equal(settings["model"], "gpt-5.5");
    assert.equal(JSON.stringify(settings["profiles"]), '{"x":{"model_provider":"azure"}}');
    await connect("codex", "--undo");
    assert.equal(await readFile(config, "utf8"), own);
  });

  for (const [what, text, message] of [
    ["no TOML", "model = \n", /line 1 is no TOML/],
    ["a provider of that name", '[model_providers.spillway]\nname = "x"\n', /is there already/],
    [
      "an inline table of providers",
      'model_providers = { a = { name = "x" } }\n',
      /cannot be added/,
    ],
  ] as const) {
    it(`leaves ${what} as it is, and says why`, async () => {
      await writeFile(config, text);
      const { code, err } = await connect("codex", "--write");
      assert.equal(code, 1);
      assert.match(err, message);
      assert.equal(await readFile(config, "utf8"), text);
    });
  }
});

describe("spillway connect gemini-cli", () => {
  it("writes the address beside what is there, and takes it back", async () => {
    const file = join(home, ".gemini", ".env");
    await mkdir(join(home, ".gemini"));
    const own = "GEMINI_API_KEY=mine\nexport GOOGLE_GEMINI_BASE_URL=https://elsewhere.example\n";
    await writeFile(file, own);
    assert.equal((await connect("gemini-cli", "--write")).code, 0);
    const lines = (await readFile(file, "utf8")).split("\n");
    assert.deepEqual(
      lines.filter((line) => line !== "" && !line.startsWith("#")),
      ["GEMINI_API_KEY=mine", "GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:4080"],
    );
    await connect("gemini-cli", "--undo");
    assert.equal(await readFile(file, "utf8"), own);
  });

  it("tells programs what it did", async () => {
    const { out } = await connect("gemini-cli", "--json");
    const { client, base_url: url, changed } = JSON.parse(out);
    assert.deepEqual([client, url, changed], ["Gemini CLI", "http://127.0.0.1:4080", false]);
  });
});
