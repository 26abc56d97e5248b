import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The program under measurement with everything on: records, log to a pipe that is read, metrics, status file. */
export interface GatewayProcess extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Stores a provider's key and makes a Spillway key with a budget above it; gives the latter. */
  setUpKey(): Promise<string>;
  /** Ends it in its own way and waits for that. */
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const COMPILE_CACHE = process.env["NODE_COMPILE_CACHE"];
const READY_TIMEOUT_MS = 20_000;
const POLL_MS = 4;
const KEPT_OUTPUT = 4_000;
/** The bench saturates a core on purpose and shares the machine, which is just when the gateway would shed exchanges. */
const configFor = (upstreamUrl: string): string =>
  JSON.stringify({
    limits: { loopDelay: "30s" },
    providers: {
      "bench-chat": { kind: "openai-compatible", url: `${upstreamUrl}/v1` },
      "bench-responses": { kind: "openai", url: `${upstreamUrl}/v1`, key: "env:BENCH_KEY" },
      "bench-bedrock": { kind: "bedrock", url: upstreamUrl, aws: { region: "us-east-1" } },
      "bench-vertex": {
        kind: "vertex",
        url: upstreamUrl,
        key: "env:BENCH_KEY",
        gcp: { project: "bench", location: "global" },
      },
      "bench-gemini": { kind: "gemini", url: upstreamUrl, key: "env:BENCH_KEY" },
    },
  });

export async function startGatewayProcess(
  upstreamUrl: string,
  nodeArgs: readonly string[] = [],
): Promise<GatewayProcess> {
  const scratch = await mkdtemp(join(tmpdir(), "spillway-bench-"));
  const dataDir = join(scratch, "data");
  const config = join(scratch, "spillway.yaml");
  await writeFile(config, configFor(upstreamUrl));
  const child = spawn(process.execPath, [...nodeArgs, MAIN, "serve"], {
    cwd: scratch,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: scratch,
      BENCH_KEY: "bench-bench-bench",
      AWS_ACCESS_KEY_ID: "AKIABENCHBENCHBENCHB",
      AWS_SECRET_ACCESS_KEY: "bench-bench-bench",
      PORT: "0",
      SPILLWAY_DATA_DIR: dataDir,
      SPILLWAY_CONFIG: config,
      SPILLWAY_ANTHROPIC_URL: upstreamUrl,
      CLAUDE_USAGE_FILE: join(scratch, "claude-usage.json"),
      // As `npm start` has it.
      ...(COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE: COMPILE_CACHE }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const gateway = new MeasuredGateway(child, scratch, dataDir);
  try {
    await gateway.ready(join(dataDir, "server.json"));
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
  return gateway;
}

class MeasuredGateway implements GatewayProcess {
  readonly #child: ChildProcess;
  readonly #scratch: string;
  readonly #dataDir: string;
  readonly #exit = Promise.withResolvers<void>();
  #exited = false;
  #output = "";
  port = 0;

  constructor(child: ChildProcess, scratch: string, dataDir: string) {
    this.#child = child;
    this.#scratch = scratch;
    this.#dataDir = dataDir;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        if (this.#output.length < KEPT_OUTPUT) this.#output += chunk.toString("utf8");
      });
    }
    // The bench may be interrupted: what it started goes with it.
    const killAtExit = (): void => {
      child.kill("SIGKILL");
    };
    process.once("exit", killAtExit);
    child.once("close", () => {
      process.off("exit", killAtExit);
      this.#exited = true;
      this.#exit.resolve();
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  async ready(serverFile: string): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (this.port === 0) {
      if (this.#exited || Date.now() > deadline) {
        throw new Error(`the gateway is not ready:\n${this.#output}`);
      }
      await sleep(POLL_MS);
      this.port = await portIn(serverFile);
    }
  }

  async setUpKey(): Promise<string> {
    const socket = join(this.#dataDir, "control.sock");
    await askControl(socket, "PUT", "/me/byok/anthropic", { key: "sk-ant-api03-bench-bench" });
    const made = await askControl(socket, "POST", "/me/keys", {
      name: "bench",
      budget: "999999999/month",
    });
    return (JSON.parse(made) as { readonly key: string }).key;
  }

  async stop(): Promise<void> {
    if (!this.#exited) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
    await this.#exit.promise;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What the owner's socket answers. */
async function askControl(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const outgoing = request({ socketPath, method, path, agent: false }, (incoming) => {
    let text = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.on("end", () => resolve(text));
  });
  outgoing.on("error", reject);
  outgoing.end(JSON.stringify(body));
  return await promise;
}

/** Zero until the file is there and names a port. */
async function portIn(serverFile: string): Promise<number> {
  try {
    const { url } = JSON.parse(await readFile(serverFile, "utf8")) as { readonly url?: string };
    return url === undefined ? 0 : Number(new URL(url).port);
  } catch {
    return 0;
  }
}
