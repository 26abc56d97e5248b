import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isObject } from "../upstream/request-kind.ts";
import { claudeBinary, installClients } from "./install.ts";
import { keptIn } from "./kept-in.ts";

/** A Claude Code to test with. */
export interface Claude {
  readonly version: string;
  readonly binary: string;
  /** True from the release on that checks tools at the server and recovers cut streams. */
  readonly isRecent: boolean;
}

/** How the client proves who it is. */
export type Login =
  | { readonly kind: "api_key"; readonly value: string }
  | { readonly kind: "bearer"; readonly value: string }
  | { readonly kind: "helper"; readonly value: string }
  | { readonly kind: "subscription"; readonly value: string };

export const BEARER: Login = { kind: "bearer", value: "some-token" };
export const API_KEY: Login = { kind: "api_key", value: "sk-ant-api03-test-key-of-nobody" };
export const SUBSCRIPTION: Login = { kind: "subscription", value: "sk-ant-oat01-test-of-nobody" };

export interface ClaudeSetting {
  readonly claude: Claude;
  readonly baseUrl: string;
  readonly login: Login;
  readonly env?: Readonly<Record<string, string>>;
  /** User settings (`settings.json`). */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A home, a configuration and a working folder that no other run shares. */
export interface ClaudeHome extends AsyncDisposable {
  readonly home: string;
  readonly configDir: string;
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;
}

const PINNED = ["2.1.197", "2.1.329"] as const;

/**
 * The versions to test: the pinned ones, or the one that `newest.ts` names with
 * SPILLWAY_TEST_CLAUDE="<version>=<path>".
 */
export async function claudes(): Promise<readonly Claude[]> {
  const [version, binary] = process.env["SPILLWAY_TEST_CLAUDE"]?.split("=", 2) ?? [];
  if (version !== undefined && binary !== undefined) return [{ version, binary, isRecent: true }];
  await installClients();
  return PINNED.map((pinned) => ({
    version: pinned,
    binary: claudeBinary(`claude-${pinned}`),
    isRecent: pinned !== "2.1.197",
  }));
}

export async function makeClaudeHome(setting: ClaudeSetting): Promise<ClaudeHome> {
  const home = await mkdtemp(join(tmpdir(), "spillway-claude-"));
  const configDir = join(home, ".claude");
  const work = join(home, "work");
  await mkdir(configDir);
  await mkdir(work);
  const { login } = setting;
  const settings = { ...setting.settings };
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    CLAUDE_CONFIG_DIR: configDir,
    TMPDIR: home,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    SHELL: "/bin/bash",
    DISABLE_AUTOUPDATER: "1",
    ANTHROPIC_BASE_URL: setting.baseUrl,
    ...keptIn(),
  };
  switch (login.kind) {
    case "api_key":
      env["ANTHROPIC_API_KEY"] = login.value;
      break;
    case "bearer":
      env["ANTHROPIC_AUTH_TOKEN"] = login.value;
      break;
    case "helper":
      Object.assign(settings, { apiKeyHelper: `printf %s ${login.value}` });
      break;
    case "subscription":
      await writeJson(join(configDir, ".credentials.json"), subscriptionLogin(login.value));
      break;
  }
  await writeJson(join(configDir, "settings.json"), settings);
  await writeJson(join(configDir, ".claude.json"), {
    hasCompletedOnboarding: true,
    theme: "dark",
    lastOnboardingVersion: setting.claude.version,
    customApiKeyResponses: { approved: [login.value.slice(-20)], rejected: [] },
    projects: { [work]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
  });
  return {
    home,
    configDir,
    work,
    env: { ...env, ...setting.env },
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function subscriptionLogin(accessToken: string): unknown {
  return {
    claudeAiOauth: {
      accessToken,
      refreshToken: "sk-ant-ort01-test-of-nobody",
      expiresAt: Date.now() + 8 * 3_600_000,
      scopes: ["user:inference", "user:profile", "user:sessions:claude_code"],
      subscriptionType: "max",
    },
  };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, JSON.stringify(value), { mode: 0o600 });
}

/** What a `claude -p` run said. */
export interface ClaudeOutcome {
  readonly exitCode: number | NodeJS.Signals;
  /** Every line of `--output-format stream-json`. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** The text of the final result; what the user reads. */
  readonly result: string;
  readonly isError: boolean;
  readonly stderr: string;
}

export interface ClaudeRun extends AsyncDisposable {
  readonly outcome: Promise<ClaudeOutcome>;
  interrupt(signal?: NodeJS.Signals): void;
}

export interface ClaudePrompt {
  readonly prompt: string;
  readonly args?: readonly string[];
  readonly timeoutMs?: number;
}

/** Starts one `claude -p` in the given home. */
export function startClaude(claude: Claude, home: ClaudeHome, options: ClaudePrompt): ClaudeRun {
  const child = spawn(
    claude.binary,
    ["-p", options.prompt, "--output-format", "stream-json", "--verbose", ...(options.args ?? [])],
    { cwd: home.work, env: home.env, stdio: ["ignore", "pipe", "pipe"] },
  );
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 120_000);
  const outcome = collect(child).finally(() => clearTimeout(timer));
  return {
    outcome,
    interrupt: (signal = "SIGINT") => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await outcome;
    },
  };
}

export async function runClaude(
  claude: Claude,
  home: ClaudeHome,
  options: ClaudePrompt,
): Promise<ClaudeOutcome> {
  await using run = startClaude(claude, home, options);
  return await run.outcome;
}

async function collect(child: ChildProcess): Promise<ClaudeOutcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | NodeJS.Signals>();
  child.once("error", reject);
  child.once("close", (code, signal) => resolve(code ?? signal ?? -1));
  const exitCode = await promise;
  const events = stdout.split("\n").flatMap(parseLine);
  const final = events.findLast((event) => event["type"] === "result");
  const result = final?.["result"];
  return {
    exitCode,
    events,
    result: typeof result === "string" ? result : "",
    isError: final?.["is_error"] === true,
    stderr,
  };
}

function parseLine(line: string): Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? [value] : [];
  } catch {
    return [];
  }
}
