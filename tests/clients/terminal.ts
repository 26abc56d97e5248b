import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Claude, ClaudeHome } from "./claude.ts";

const run = promisify(execFile);

/** A program in a terminal of its own, driven like a person would: mostly Claude Code. */
export interface Terminal extends AsyncDisposable {
  /** What stands on the screen now. */
  screen(): Promise<string>;
  /** Types text without sending it. */
  type(text: string): Promise<void>;
  /** Presses a key by tmux's name: Enter, Escape, Down, … */
  press(key: string): Promise<void>;
  /** Types a line and sends it. */
  submit(line: string): Promise<void>;
  /** Presses a key, again if need be, until the screen matches. */
  pressUntil(key: string, pattern: RegExp): Promise<void>;
  /** Gives the terminal another size. */
  resize(columns: number, rows: number): Promise<void>;
  /** Waits until the screen matches and returns it. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<string>;
}

/** Why terminals cannot be driven here, or false. */
export async function terminalMissing(): Promise<string | false> {
  try {
    await run("tmux", ["-V"]);
    return false;
  } catch {
    return "tmux is not installed";
  }
}

/** The prompt is ready for input. */
export const READY = /^.{0,3}[❯>]/m;

export async function openTerminal(
  program: Pick<Claude, "binary">,
  home: Pick<ClaudeHome, "home" | "work" | "env">,
  args: readonly string[] = [],
): Promise<Terminal> {
  const socket = join(home.home, "tmux");
  const tmux = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await run("tmux", ["-S", socket, "-f", "/dev/null", ...words]);
    return stdout;
  };
  const variables = Object.entries({ ...home.env, TERM: "screen-256color" }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const command = ["env", "-i", ...variables, program.binary, ...args];
  await tmux("new-session", "-d", "-x", "150", "-y", "50", "-c", home.work, ...command);
  const pid = Number(await tmux("display-message", "-p", "#{pid}"));
  // A test that is killed cannot tidy up; then the terminal ends itself.
  await tmux(
    "run-shell",
    "-b",
    `while kill -0 ${process.pid} 2>/dev/null; do sleep 2; done; tmux -S ${socket} kill-server`,
  );
  const screen = async (): Promise<string> => await tmux("capture-pane", "-p");
  const appears = async (pattern: RegExp, timeoutMs: number): Promise<boolean> => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (pattern.test(await screen())) return true;
      if (Date.now() > deadline) return false;
      await sleep(50);
    }
  };
  const terminal: Terminal = {
    screen,
    async type(text) {
      await tmux("send-keys", "-l", text);
    },
    async press(key) {
      await tmux("send-keys", key);
    },
    async submit(line) {
      await tmux("send-keys", "-l", line);
      // Text that arrives together with Enter counts as pasted; the prompt must show it first.
      await terminal.waitFor(new RegExp(line.slice(0, 20).replaceAll(/[^\w ]/g, "."), "m"));
      await tmux("send-keys", "Enter");
    },
    async pressUntil(key, pattern) {
      for (let pressed = 0; pressed < 5 && !pattern.test(await screen()); pressed += 1) {
        await tmux("send-keys", key);
        await appears(pattern, 1000);
      }
      await terminal.waitFor(pattern, 0);
    },
    async resize(columns, rows) {
      await tmux("resize-window", "-x", String(columns), "-y", String(rows));
    },
    async waitFor(pattern, timeoutMs = 60_000) {
      if (await appears(pattern, timeoutMs)) return await screen();
      throw new Error(`${pattern} did not appear on:\n${await screen()}`);
    },
    async [Symbol.asyncDispose]() {
      await tmux("kill-server").catch(() => "");
      for (let waited = 0; waited < 2000 && isAlive(pid); waited += 50) await sleep(50);
    },
  };
  return terminal;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
