import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";

/** So that a record is on the disk within 5 ms: 2 ms of queueing and this. */
const SYNC_DELAY_MS = 3;

/**
 * Flushes the write-ahead log to the disk a moment after a commit asked for it, off the writer's thread.
 *
 * In WAL mode `synchronous=FULL` differs from NORMAL by exactly this flush after each commit. Done here, one flush
 * serves many commits, and the next transaction need not wait for the disk.
 * @source https://www.sqlite.org/pragma.html#pragma_synchronous (read 2026-11-21)
 */
export class WalSync {
  readonly #fd: number;
  readonly #onFailure: (error: Error) => void;
  #isScheduled = false;
  #isRunning = false;
  #isWanted = false;
  #isClosed = false;

  /** The log must exist; its file stays the same while a connection is open. */
  constructor(walPath: string, onFailure: (error: Error) => void) {
    this.#fd = openSync(walPath, "r+");
    this.#onFailure = onFailure;
  }

  /** Everything that is committed by now is flushed soon. */
  request(): void {
    this.#isWanted = true;
    if (this.#isScheduled || this.#isRunning) return;
    this.#isScheduled = true;
    setTimeout(() => this.#run(), SYNC_DELAY_MS);
  }

  /** Flushes at once. Throws what the system says. */
  runNow(): void {
    fdatasyncSync(this.#fd);
  }

  close(): void {
    this.#isClosed = true;
    if (!this.#isRunning) closeSync(this.#fd);
  }

  #run(): void {
    this.#isScheduled = false;
    if (this.#isClosed) return;
    this.#isRunning = true;
    this.#isWanted = false;
    fdatasync(this.#fd, (error) => {
      this.#isRunning = false;
      if (this.#isClosed) closeSync(this.#fd);
      else if (error !== null) this.#onFailure(error);
      else if (this.#isWanted) this.request();
    });
  }
}
