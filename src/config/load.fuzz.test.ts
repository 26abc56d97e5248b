import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../base/json.ts";
import { CONFIG_FILE as FILE, testInputs } from "./inputs.fixture.ts";
import { loadConfig } from "./load.ts";
import { formatProblem } from "./problem.ts";
import { configReference } from "./reference.ts";

const CANARY = "c4n4ry";

const paths = configReference()
  .map(({ path }) => path.replace("<name>", "groq"))
  .filter((path) => !path.includes("[]"));

const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    "",
    null,
    -1,
    1e308,
    [],
    {},
    "0s",
    "99999999999d",
    "1e3s",
    "32mb",
    "-5",
    "NaN",
    "٣s",
  ),
  fc.string().map((text) => `${CANARY}${text}`),
);

const YAML_PIECES: readonly string[] = [
  "listener",
  "port",
  "4080",
  ":",
  " ",
  "\n",
  "  ",
  "- ",
  "[",
  "]",
  "{",
  "}",
  "&a",
  "*a",
  "!t",
  '"',
  "'",
  "#",
  "|",
  ">",
  "?",
  "\t",
  "---\n",
  "%",
  "@",
  "\u0000",
  "\ufeff",
  "💧",
];

/** A file that sets some fields, known ones and not, to values of any kind. */
const oddConfig = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...paths), fc.string({ minLength: 1 })), oddValue), {
    maxLength: 8,
  })
  .map((settings) => {
    const values = settings.reduce<unknown>(
      (group, [path, value]) => withField(group, path.split("."), value),
      {},
    );
    return JSON.stringify(values);
  });

function withField(group: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const members = isObject(group) ? group : {};
  return { ...members, [key]: withField(members[key], rest, value) };
}

async function check(text: string): Promise<void> {
  const loaded = await loadConfig(testInputs({ [FILE]: text }));
  if (loaded.ok) return;
  assert.ok(loaded.error.length > 0);
  for (const problem of loaded.error) {
    const line = formatProblem(problem);
    assert.ok(line.startsWith(FILE), line);
    assert.match(line.slice(FILE.length), /^:[0-9]+:[0-9]+: \S/);
    assert.ok(!line.includes("\n"), line);
    assert.ok(problem.message.length > 0);
    // Which file is missing must be said; a path is no secret.
    const namesFile = problem.message.startsWith("names a file that");
    assert.ok(namesFile || !problem.message.includes(CANARY), line);
  }
}

/** @see rel: F-02 */
describe("loadConfig, given anything", () => {
  it("answers values of any kind with a configuration or with problems that say where", async () => {
    await fc.assert(fc.asyncProperty(oddConfig, check), { numRuns: 400 });
  });

  it("answers any text with a configuration or with problems that say where", async () => {
    const yamlish = fc
      .array(fc.constantFrom(...YAML_PIECES), { maxLength: 40 })
      .map((parts) => parts.join(""));
    await fc.assert(fc.asyncProperty(fc.oneof(yamlish, fc.string()), check), { numRuns: 600 });
  });

  it("stays quick on a file that repeats itself a hundredfold", async () => {
    const prices = Array.from(
      { length: 2_000 },
      (_, index) => `  - { model: m${index}, input: "1", output: "1", blank: }`,
    );
    await check(`prices:\n${prices.join("\n")}`);
  });

  it("answers any environment with a configuration or with problems that name the variable", async () => {
    const env = fc.dictionary(
      fc.constantFrom(
        "PORT",
        "BIND",
        "SPILLWAY_ANTHROPIC_URL",
        "ANTHROPIC_HOST_OVERRIDE",
        "CLAUDE_USAGE_FILE",
      ),
      fc.oneof(fc.string(), fc.webUrl(), fc.ipV6(), fc.domain()),
    );
    await fc.assert(
      fc.asyncProperty(env, async (variables) => {
        const loaded = await loadConfig(testInputs({}, { env: variables }));
        if (loaded.ok) return;
        for (const problem of loaded.error) assert.match(problem.source ?? "", /^env [A-Z_]+$/);
      }),
      { numRuns: 300 },
    );
  });
});
