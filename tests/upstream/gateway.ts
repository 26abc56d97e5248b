import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isObject } from "./request-kind.ts";

export interface GatewayOptions {
  /** The Anthropic-format upstream that the gateway is to use. */
  readonly upstreamUrl: string;
  /** Added to the child's environment, which otherwise holds only what it needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text of a `spillway.yaml`. */
  readonly config?: string;
  /** Kept after `stop`; without it a temporary one is made and removed. */
  readonly dataDir?: string;
  /** More arguments after `serve`. */
  readonly args?: readonly string[];
  readonly readyTimeoutMs?: number;
}

/** The real program as a child process, with a home, data and ports of its own. */
export interface Gateway extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly home: string;
  /** Where the gateway writes the quota status line. */
  readonly usageFile: string;
  stdout(): string;
  stderr(): string;
  /** Sends the signal (default SIGTERM) and waits for the exit; the exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
  /** SIGKILL; temporary files stay until disposal. */
  kill(): Promise<void>;
  /** True once the process has ended, by whatever cause. */
  hasExited(): boolean;
  /** The JSON of a GET on one of the gateway's own paths. */
  api(path: string): Promise<unknown>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The Node that runs the program: this one if it is new enough, else the one that the bootstrap fetched. */
export function nodeBinary(): string {
  const major = Number(process.versions.node.split(".", 1)[0]);
  if (major >= 24) return process.execPath;
  const cached = join(ROOT, ".cache/package/bin/node");
  if (!existsSync(cached)) throw new Error("these tests need Node 24: run `npm test`");
  return cached;
}

/** Starts the program; SPILLWAY_TEST_MAIN names another build of it to test. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const scratch = await mkdtemp(join(tmpdir(), "spillway-test-"));
  const home = join(scratch, "home");
  const dataDir = options.dataDir ?? join(scratch, "data");
  const usageFile = join(scratch, "claude-usage.json");
  await mkdir(home, { recursive: true });
  await mkdir(dataDir, { recursive: true });
  const environment: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    PORT: "0",
    SPILLWAY_DATA_DIR: dataDir,
    SPILLWAY_ANTHROPIC_URL: options.upstreamUrl,
    CLAUDE_USAGE_FILE: usageFile,
    ...options.env,
  };
  if (options.config !== undefined) {
    const file = join(scratch, "spillway.yaml");
    await writeFile(file, options.config);
    environment["SPILLWAY_CONFIG"] ??= file;
  }
  // A file left by an earlier process in the same directory must not be taken for this one's.
  await rm(join(dataDir, "server.json"), { force: true });
  const program = process.env["SPILLWAY_TEST_MAIN"] ?? join(ROOT, "src/main.ts");
  const child = spawn(nodeBinary(), [program, "serve", ...(options.args ?? [])], {
    cwd: scratch,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithThisProcess(child);
  const gateway = new ChildGateway(child, { scratch, home, dataDir, usageFile });
  try {
    await gateway.ready(options.readyTimeoutMs ?? 60_000);
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
  return gateway;
}

/** A test that is killed cannot stop its gateway; a small watcher then does. */
function endWithThisProcess(child: ChildProcess): void {
  if (process.platform === "win32" || child.pid === undefined) return;
  const both = `kill -0 ${process.pid} && kill -0 ${child.pid}`;
  const watch = `while ${both}; do sleep 1; done; kill -0 ${process.pid} || kill -9 ${child.pid}`;
  spawn("sh", ["-c", watch], { stdio: "ignore", detached: true }).unref();
}

interface Places {
  readonly scratch: string;
  readonly home: string;
  readonly dataDir: string;
  readonly usageFile: string;
}

class ChildGateway implements Gateway {
  readonly #child: ChildProcess;
  readonly #places: Places;
  readonly #exit: Promise<number | NodeJS.Signals>;
  #exited = false;
  #stdout = "";
  #stderr = "";
  #url = "";

  constructor(child: ChildProcess, places: Places) {
    this.#child = child;
    this.#places = places;
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#stdout += chunk;
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#stderr += chunk;
    });
    const { promise, resolve } = Promise.withResolvers<number | NodeJS.Signals>();
    this.#exit = promise;
    child.once("error", () => resolve(-1));
    child.once("close", (code, signal) => {
      this.#exited = true;
      resolve(code ?? signal ?? -1);
    });
  }

  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get dataDir(): string {
    return this.#places.dataDir;
  }

  get home(): string {
    return this.#places.home;
  }

  get usageFile(): string {
    return this.#places.usageFile;
  }

  stdout(): string {
    return this.#stdout;
  }

  stderr(): string {
    return this.#stderr;
  }

  hasExited(): boolean {
    return this.#exited;
  }

  async ready(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.#url === "") {
      if (this.#exited) throw new Error(`the gateway ended at start:\n${this.#output()}`);
      if (Date.now() > deadline) throw new Error(`the gateway is not ready:\n${this.#output()}`);
      await sleep(20);
      this.#url = (await readServerFile(this.dataDir, this.pid)) ?? "";
    }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | NodeJS.Signals> {
    if (!this.#exited) this.#child.kill(signal);
    return await this.#exit;
  }

  async kill(): Promise<void> {
    await this.stop("SIGKILL");
  }

  async api(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(60_000) });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#exited) {
      this.#child.kill("SIGTERM");
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), 3000);
      await this.#exit;
      clearTimeout(timer);
    }
    await rm(this.#places.scratch, { recursive: true, force: true, maxRetries: 3 });
  }

  #output(): string {
    return `${this.#stdout}${this.#stderr}`;
  }
}

async function readServerFile(dataDir: string, pid: number): Promise<string | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(dataDir, "server.json"), "utf8"));
    if (!isObject(parsed) || parsed["pid"] !== pid) return undefined;
    const { url } = parsed;
    return typeof url === "string" ? url : undefined;
  } catch {
    return undefined;
  }
}
