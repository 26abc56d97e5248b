import type { CliDeps } from "../deps.ts";
import { cutPainted } from "./cut-painted.ts";

/** A terminal that a live view has for itself; disposing it gives it back as it was. */
export interface LiveTerminal extends Disposable {
  readonly size: { readonly width: number; readonly height: number };
  /** Shows these lines and nothing else; what does not fit is cut. */
  draw(lines: readonly string[]): void;
}

/** What the view has to know of. */
export interface LiveEvents {
  readonly onKey: (key: string) => void;
  readonly onResize: () => void;
  /** The terminal is gone, or somebody ends the program; it is restored already. */
  readonly onEnd: (exitCode: number) => void;
}

// The alternate screen without a cursor; then the cursor and the other screen back.
const TAKE = "\u001b[?1049h\u001b[?25l";
const GIVE_BACK = "\u001b[?25h\u001b[?1049l";
/** Terminals that know these show the frame at once, the others skip them. */
const FRAME_BEGIN = "\u001b[?2026h\u001b[H";
const FRAME_END = "\u001b[J\u001b[?2026l";
const END_OF_LINE = "\u001b[K";

/** By convention a program that a signal ends says 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const DEFAULT_HEIGHT = 24;
const DEFAULT_WIDTH = 80;

/** Takes the terminal over; whatever ends the process but SIGKILL gives it back. */
export function openLiveTerminal(
  { stdin: openStdin, stdout }: Pick<CliDeps, "stdin" | "stdout">,
  { onKey, onResize, onEnd }: LiveEvents,
): LiveTerminal {
  const stdin = openStdin();
  let isOurs = true;
  const giveBack = (): void => {
    if (!isOurs) return;
    isOurs = false;
    stdin.setRawMode?.(false);
    stdin.pause();
    stdout.write(GIVE_BACK);
  };
  const onData = (chunk: Buffer | string): void => onKey(chunk.toString());
  const handlers = Object.entries(SIGNALS).map(([signal, exitCode]) => {
    const handle = (): void => {
      giveBack();
      onEnd(exitCode);
    };
    process.once(signal, handle);
    return [signal, handle] as const;
  });
  process.once("exit", giveBack);
  stdout.on("resize", onResize);
  stdout.on("error", () => {
    isOurs = false;
    onEnd(SIGNALS.SIGHUP);
  });
  stdin.setRawMode?.(true);
  stdin.on("data", onData);
  stdin.once("end", () => onEnd(0));
  stdout.write(TAKE);
  const size = () => ({
    width: stdout.columns || DEFAULT_WIDTH,
    height: stdout.rows || DEFAULT_HEIGHT,
  });
  return {
    get size() {
      return size();
    },
    draw: (lines) => {
      if (!isOurs) return;
      const { width, height } = size();
      const shown = lines
        .slice(0, height)
        .map((line) => `${cutPainted(line, width)}${END_OF_LINE}`);
      // No line break behind the last line: it would scroll a full screen.
      stdout.write(`${FRAME_BEGIN}${shown.join("\r\n")}${FRAME_END}`);
    },
    [Symbol.dispose]: () => {
      giveBack();
      stdin.off("data", onData);
      for (const [signal, handle] of handlers) process.off(signal, handle);
      process.off("exit", giveBack);
    },
  };
}
