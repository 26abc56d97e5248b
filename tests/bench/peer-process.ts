import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { installPackages } from "../clients/install.ts";

export type PeerName = "claude-code-router";

export interface PeerProcess {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

interface Peer {
  /** Its script, below the installed packages. */
  readonly script: string;
  readonly args: readonly string[];
  /** What it has to find in its home before it starts. */
  readonly files: (port: number, upstreamUrl: string) => Readonly<Record<string, string>>;
}

const FOLDER = fileURLToPath(new URL("peers/", import.meta.url));
const READY_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
const KEPT_OUTPUT = 4_000;

/**
 * How each is set up to send everything to the scripted upstream, without logs of bodies.
 *
 * `@portkey-ai/gateway` 1.15.2 is none of them: it answers Messages for Chat Completions with "messages is not supported by
 * openai", and every stream of the other way with a 500 on Node 24, whose headers of an answer it tries to change.
 */
const PEERS: Readonly<Record<PeerName, Peer>> = {
  // Newer versions need a package that npm does not have.
  "claude-code-router": {
    script: "@musistudio/claude-code-router/dist/cli.js",
    args: ["start"],
    files: (port, upstreamUrl) => ({
      ".claude-code-router/config.json": JSON.stringify({
        LOG: false,
        HOST: "127.0.0.1",
        PORT: port,
        NON_INTERACTIVE_MODE: true,
        Providers: [
          {
            name: "bench",
            api_base_url: `${upstreamUrl}/v1/chat/completions`,
            api_key: "bench-bench-bench",
            models: ["bench-model"],
          },
        ],
        Router: { default: "bench,bench-model" },
      }),
    }),
  },
};

export async function startPeerProcess(name: PeerName, upstreamUrl: string): Promise<PeerProcess> {
  await installPackages(FOLDER);
  const { script, args, files } = PEERS[name];
  const home = await mkdtemp(join(tmpdir(), "spillway-bench-peer-"));
  const port = await freePort();
  for (const [file, text] of Object.entries(files(port, upstreamUrl))) {
    await mkdir(join(home, file, ".."), { recursive: true });
    await writeFile(join(home, file), text);
  }
  const child = spawn(process.execPath, [join(FOLDER, "node_modules", script), ...args], {
    cwd: home,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, TMPDIR: home, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killAtExit = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", killAtExit);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      if (output.length < KEPT_OUTPUT) output += chunk.toString("utf8");
    });
  }
  const exit = Promise.withResolvers<void>();
  child.once("close", () => exit.resolve());
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exit.promise;
    process.off("exit", killAtExit);
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  };
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await listens(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${name} is not ready:\n${output}`);
    }
    await sleep(POLL_MS);
  }
  return { pid: child.pid ?? -1, port, stop };
}

/** Peers do not say which port they took, so they are told one. */
async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host: "127.0.0.1" });
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  const isOpen = await promise;
  socket.destroy();
  return isOpen;
}
