import { spawn } from "node:child_process";

/** npm repeats a signal that the terminal has already delivered; both are the same key press. */
const SAME_SIGNAL_MS = 500;

const FORWARDED = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Runs a program in our place: same terminal, same exit. With `ownGroup` the terminal's signals reach only
 * us, and the program gets each once; without, it may read the keyboard.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ readonly cwd?: string, readonly ownGroup: boolean }} options
 * @returns {Promise<never>}
 */
export async function supervise(file, args, { cwd, ownGroup }) {
  const child = spawn(file, args, { cwd, stdio: "inherit", detached: ownGroup });
  const forwarder = makeForwarder(
    (signal) => child.kill(signal),
    (signal) => ownGroup || signal !== "SIGINT" || !process.stdin.isTTY,
  );
  for (const signal of FORWARDED) process.on(signal, forwarder);
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
  });
  for (const name of FORWARDED) process.off(name, forwarder);
  if (signal !== null) process.kill(process.pid, signal);
  process.exit(code ?? 1);
}

/**
 * @param {(signal: NodeJS.Signals) => void} send
 * @param {(signal: NodeJS.Signals) => boolean} isOurs
 * @param {() => number} [nowMs]
 * @returns {(signal: NodeJS.Signals) => void}
 */
export function makeForwarder(send, isOurs, nowMs = () => performance.now()) {
  /** @type {Map<NodeJS.Signals, number>} */
  const sentAtMs = new Map();
  return (signal) => {
    const now = nowMs();
    if (!isOurs(signal) || now - (sentAtMs.get(signal) ?? -Infinity) < SAME_SIGNAL_MS) return;
    sentAtMs.set(signal, now);
    send(signal);
  };
}
