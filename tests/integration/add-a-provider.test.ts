import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { at, textAt } from "../conformance/exchange.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type ChatUpstream, startChatUpstream } from "./chat-upstream.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = "docs/guide/add-a-provider.md";
const KEY = "acme-secret-key-0123456789";
const LIMIT_MS = 60_000;

/** The only words of the page that are exchanged: ports, which other tests may have taken. */
const STAND_IN = "http://127.0.0.1:8000";
const GATEWAY = "http://127.0.0.1:4080";

/** A block of the page: the content of a file that the line above names, or commands. */
interface Block {
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
}

describe("the guide to adding a provider", () => {
  it("is enough to get an answer through a new one", { timeout: 2 * LIMIT_MS }, async () => {
    await using scope = new AsyncDisposableStack();
    const scratch = await mkdtemp(join(tmpdir(), "spillway-guide-"));
    scope.defer(async () => await rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
    const acme = scope.use(await startChatUpstream(KEY, "Hello from Acme."));
    const anthropic = scope.use(await startAnthropicUpstream());
    const follower = scope.use(await Follower.inCopy(scratch, acme, anthropic.url));

    const blocks = blocksOf(await readFile(join(ROOT, PAGE), "utf8"));
    assert.ok(blocks.length >= 6, "the page has lost its blocks");
    let said = "";
    for (const block of blocks) said = await follower.follow(block);

    assert.deepEqual(at(JSON.parse(said), "content"), [{ type: "text", text: "Hello from Acme." }]);
    const asked = acme.requests.at(-1);
    assert.equal(asked?.target, "/v1/chat/completions");
    assert.equal(asked?.headers.authorization, `Bearer ${KEY}`);
    assert.equal(textAt(asked?.body, "model"), "acme-large");
    // The quirk that the page's folder has.
    assert.equal(at(asked?.body, "max_completion_tokens"), 64);
    assert.equal(at(asked?.body, "max_tokens"), undefined);
    assert.equal(anthropic.requests.length, 0);
    const list = await readFile(join(follower.root, "docs/reference/providers.md"), "utf8");
    assert.match(
      list,
      /\| Acme \| Chat Completions \| `https:\/\/api\.acme\.example\/v1` \| yes \|/,
    );
  });
});

/** Somebody who does what the page says, in a copy of the project. */
class Follower implements AsyncDisposable {
  readonly root: string;
  readonly #dataDir: string;
  readonly #acme: ChatUpstream;
  readonly #env: Record<string, string>;
  #server: ChildProcess | undefined;
  #serverSaid = "";
  #url = "";

  static async inCopy(scratch: string, acme: ChatUpstream, upstreamUrl: string): Promise<Follower> {
    const root = join(scratch, "spillway");
    const parts = ["src", "tools", "docs", "package.json", "package-lock.json", "spillway"];
    for (const part of parts) await cp(join(ROOT, part), join(root, part), { recursive: true });
    await symlink(join(ROOT, "node_modules"), join(root, "node_modules"));
    await mkdir(join(scratch, "data"));
    await mkdir(join(scratch, "home"));
    return new Follower(scratch, acme, upstreamUrl);
  }

  private constructor(scratch: string, acme: ChatUpstream, upstreamUrl: string) {
    this.root = join(scratch, "spillway");
    this.#dataDir = join(scratch, "data");
    this.#acme = acme;
    this.#env = {
      PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
      HOME: join(scratch, "home"),
      PORT: "0",
      SPILLWAY_DATA_DIR: this.#dataDir,
      SPILLWAY_ANTHROPIC_URL: upstreamUrl,
      ACME_API_KEY: KEY,
    };
  }

  /** What the last command of the block printed. */
  async follow({ language, file, text }: Block): Promise<string> {
    const words = text.replaceAll(STAND_IN, this.#acme.url).replaceAll(GATEWAY, this.#url);
    if (file !== undefined) {
      const path = file === "spillway.yaml" ? join(this.#dataDir, file) : join(this.root, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, words);
      return "";
    }
    assert.equal(language, "sh", `a block that is neither a file nor commands:\n${text}`);
    let said = "";
    for (const command of words.replaceAll("\\\n", " ").trim().split("\n")) {
      if (command === "npm start") await this.#start(command);
      else said = await this.#run(command);
    }
    return said;
  }

  async #run(command: string): Promise<string> {
    const child = this.#spawn(command);
    let err = "";
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      err += chunk;
    });
    let out = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      out += chunk;
    });
    const { promise, resolve } = Promise.withResolvers<number | null>();
    child.once("close", resolve);
    assert.equal(await promise, 0, `${command}\n${out}${err}`);
    const made = /\bspw-[\w-]{20,}/.exec(out);
    if (made !== null) this.#env["SPILLWAY_KEY"] = made[0];
    return out;
  }

  async #start(command: string): Promise<void> {
    const server = this.#spawn(command);
    this.#server = server;
    for (const stream of [server.stdout, server.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.#serverSaid += chunk;
      });
    }
    const deadline = Date.now() + LIMIT_MS;
    while (this.#url === "") {
      assert.ok(server.exitCode === null && Date.now() < deadline, this.#serverSaid);
      await sleep(50);
      this.#url = await readUrl(join(this.#dataDir, "server.json"));
    }
  }

  /** In a group of its own, for npm starts the program through others. */
  #spawn(command: string): ChildProcess {
    return spawn("sh", ["-c", command], {
      cwd: this.root,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      timeout: LIMIT_MS,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined || server.exitCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    server.once("close", () => resolve());
    process.kill(-server.pid, "SIGTERM");
    await promise;
  }
}

function blocksOf(page: string): readonly Block[] {
  const pattern = /(?:^`(?<file>[^`\n]+)`[^\n]*:\n\n)?^```(?<language>\w+)\n(?<text>[^]*?)^```$/gm;
  return [...page.matchAll(pattern)].map(({ groups }) => ({
    language: groups?.["language"] ?? "",
    file: groups?.["file"],
    text: groups?.["text"] ?? "",
  }));
}

async function readUrl(file: string): Promise<string> {
  try {
    return textAt(JSON.parse(await readFile(file, "utf8")), "url") ?? "";
  } catch {
    return "";
  }
}
