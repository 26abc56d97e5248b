import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { claudeBinary, npm } from "./install.ts";

/** Runs the basic tests against the Claude Code that is newest today; reports, and never fails the build. */

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const NEWEST = join(FOLDER, ".cache", "newest");
const ALIAS = "@anthropic-ai/claude-code";
const BASIC = ["tasks", "credentials", "side-requests", "breaks", "terminal"];

await mkdir(NEWEST, { recursive: true });
await writeFile(join(NEWEST, "package.json"), JSON.stringify({ private: true }));
await writeFile(join(NEWEST, ".npmrc"), "ignore-scripts=true\npackage-lock=false\n");
try {
  await npm(["install", `${ALIAS}@latest`], NEWEST);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
const manifest: unknown = JSON.parse(
  await readFile(join(NEWEST, "node_modules", ALIAS, "package.json"), "utf8"),
);
const version = versionOf(manifest);
console.log(`Claude Code ${version} is the newest.`);

const child = spawn(
  process.execPath,
  [
    "--test",
    "--test-concurrency=2",
    ...BASIC.map((name) => join(FOLDER, `claude-${name}.test.ts`)),
  ],
  {
    stdio: "inherit",
    env: { ...process.env, SPILLWAY_TEST_CLAUDE: `${version}=${claudeBinary(ALIAS, NEWEST)}` },
  },
);
child.once("close", (code) => {
  console.log(
    code === 0
      ? `Claude Code ${version} passes.`
      : `Claude Code ${version} differs from the pinned versions: see above.`,
  );
});

function versionOf(value: unknown): string {
  const isManifest = typeof value === "object" && value !== null && "version" in value;
  return isManifest ? String(value.version) : "unknown";
}
