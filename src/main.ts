import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { systemClock } from "./base/clock.ts";
import { runCli } from "./cli/program.ts";
import { ownHome, systemInputs } from "./config/inputs.ts";

const manifest: { readonly version: string } = JSON.parse(
  await readFile(new URL("../package.json", import.meta.url), "utf8"),
);
const { version } = manifest;

// A reader that closes the pipe early (`| head`) is no error.
process.stdout.on("error", () => {});
process.exitCode = await runCli(process.argv.slice(2), {
  version,
  // The server's modules are loaded for the server only: the other commands should cost little more than Node itself.
  serve: async (flags) => (await import("./composition/serve.ts")).serve(flags, version),
  loadConfig: async (flags, variables) => {
    const inputs = systemInputs(flags);
    const env = { ...inputs.env, ...variables };
    return (await import("./config/load.ts")).loadConfig({ ...inputs, env });
  },
  openControl: async (loaded) => {
    const [{ openOfflineControl }, { terminalJournal }] = await Promise.all([
      import("./composition/offline.ts"),
      import("./observe/journal.ts"),
    ]);
    const journal = terminalJournal((text) => process.stderr.write(text));
    const { env } = process;
    return await openOfflineControl({ loaded, version, clock: systemClock, env, journal });
  },
  env: process.env,
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch(() => {});
  },
  homeDir: ownHome(),
  platform: process.platform,
  cwd: process.cwd(),
  host: {
    node: process.execPath,
    main: fileURLToPath(import.meta.url),
    uid: process.getuid?.(),
    run: async (argv) => (await import("./cli/run-program.ts")).runProgram(argv),
  },
});
