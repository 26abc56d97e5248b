import { Readable } from "node:stream";
import type { ConfigFlags } from "../config/inputs.ts";
import { loadConfig } from "../config/load.ts";
import type { CliDeps, Host, Input, Output } from "./deps.ts";
import { runCli } from "./program.ts";

/** What a command wrote, and how it ended. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TestMachine {
  readonly homeDir: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of the terminal. */
  readonly columns?: number;
  readonly now?: number;
  readonly sleep?: (ms: number, stdout: { break(): void }) => Promise<void>;
  readonly serve?: (flags: ConfigFlags) => Promise<number>;
  readonly openControl?: CliDeps["openControl"];
  readonly stdin?: Input;
  readonly platform?: NodeJS.Platform;
  readonly host?: Partial<Host>;
}

/** A machine of its own for a command: its home, its environment, its clock; for tests. */
export async function runOn(machine: TestMachine, ...argv: readonly string[]): Promise<Run> {
  const texts = { out: "", err: "" };
  const breakers: ((error: Error) => void)[] = [];
  const pipe = {
    break: () => {
      for (const listener of breakers) listener(new Error("EPIPE"));
    },
  };
  const env = machine.env ?? {};
  const platform = machine.platform ?? "linux";
  const cwd = machine.cwd ?? machine.homeDir;
  const now = machine.now ?? Date.now();
  const deps: CliDeps = {
    version: "1.2.3",
    serve: machine.serve ?? (async () => 0),
    loadConfig: async (flags, variables) =>
      await loadConfig({
        flags,
        env: { ...env, ...variables },
        readFile: async () => undefined,
        realPath: async () => undefined,
        homeDir: machine.homeDir,
        platform,
        cwd,
        systemTimeZone: "UTC",
      }),
    openControl:
      machine.openControl ??
      (async () => {
        throw new Error("this test does without");
      }),
    env,
    stdin: () => machine.stdin ?? Readable.from([]),
    stdout: collect(
      (text) => {
        texts.out += text;
      },
      (listener) => breakers.push(listener),
      machine.columns,
    ),
    stderr: collect((text) => {
      texts.err += text;
    }),
    clock: { now: () => now, monotonicMs: () => now },
    sleep: async (ms) => await machine.sleep?.(ms, pipe),
    homeDir: machine.homeDir,
    platform,
    cwd,
    host: {
      node: "/opt/node/bin/node",
      main: "/opt/spillway/src/main.ts",
      uid: 1000,
      run: async () => ({ code: undefined, out: "", err: "" }),
      ...machine.host,
    },
  };
  const code = await runCli(argv, deps);
  return { code, ...texts };
}

function collect(
  take: (text: string) => void,
  onListener: (listener: (error: Error) => void) => void = () => {},
  columns?: number,
): Output {
  return { isTTY: false, columns, write: take, on: (_, listener) => onListener(listener) };
}
