import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Output } from "./line-sink.ts";

export const MAX_LOG_BYTES = 2 ** 20;
const OLD_LOGS = 4;

/** In the log directory: what Spillway writes itself. */
export const LOG_FILE = "spillway.log";

/** Beside it: what a service manager catches from standard error, refusals to start and crashes. */
export const ERROR_LOG_FILE = "spillway-error.log";

/**
 * A log that stays small: at 1 MB it becomes `spillway.log.1`, that one `.2`, and a new one begins. Owned by `serve.ts`.
 *
 * Written synchronously, as Node does with a standard output that is a file. What the disk refuses is lost: serving goes on.
 */
export class LogFile implements Output, Disposable {
  readonly #path: string;
  readonly #maxBytes: number;
  /** Undefined while it could not be opened again. */
  #file: number | undefined;
  #sizeBytes = 0;

  /** Makes the directory, for its owner alone. Throws when the file cannot be opened. */
  constructor(logDir: string, maxBytes = MAX_LOG_BYTES) {
    mkdirSync(logDir, { recursive: true, mode: 0o700 });
    this.#path = join(logDir, LOG_FILE);
    this.#maxBytes = maxBytes;
    this.#open();
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    try {
      if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#maxBytes) this.#rotate();
      writeSync(this.#file ?? this.#open(), bytes);
      this.#sizeBytes += bytes.length;
    } catch {
      // There is nowhere else to say it.
    }
  }

  #open(): number {
    const file = openSync(this.#path, "a", 0o600);
    this.#file = file;
    this.#sizeBytes = fstatSync(file).size;
    return file;
  }

  #rotate(): void {
    // Windows renames no file that is open.
    this[Symbol.dispose]();
    this.#sizeBytes = 0;
    for (let age = OLD_LOGS - 1; age >= 1; age -= 1) moveIfThere(this.#path, age);
    renameSync(this.#path, `${this.#path}.1`);
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/**
 * Empties a log that the service manager holds open, once it is over 1 MB; what it had is kept beside it.
 *
 * Its holder appends, so that it goes on at the new end.
 */
export function shortenErrorLog(logDir: string, maxBytes = MAX_LOG_BYTES): void {
  const path = join(logDir, ERROR_LOG_FILE);
  try {
    if (statSync(path).size <= maxBytes) return;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  } catch {
    // Not there, or not ours: then it is not ours to shorten.
  }
}

function moveIfThere(path: string, age: number): void {
  try {
    renameSync(`${path}.${age}`, `${path}.${age + 1}`);
  } catch {
    // Not that old yet.
  }
}
