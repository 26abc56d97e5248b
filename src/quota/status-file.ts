import { randomBytes } from "node:crypto";
import { mkdir, readlink, realpath, rename, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

const INTERVAL_MS = 250;
const FILE_MODE = 0o644;
/** The directory is Claude Code's own, where credentials live. */
const DIRECTORY_MODE = 0o700;

/** Text, or what makes it once it is to be written; undefined leaves the file as it is. */
export type Line = string | (() => string | undefined);

/**
 * A one-line file that is replaced as a whole, so that a reader never sees half of it.
 *
 * Of lines that come faster than one in 250 ms the newest is written. Owned by `openQuota`, which flushes it on shutdown.
 */
export class StatusFile {
  readonly #path: string;
  readonly #onError: (error: unknown) => void;
  readonly #followsLinks: boolean;
  #next: Line | undefined;
  #writing: Promise<void> | undefined;
  #pause: NodeJS.Timeout | undefined;
  #isFailing = false;

  /**
   * `onError` hears of the first failure, and again only after a line could be written in between. A link is followed, or
   * replaced by a file where two accounts must not share one.
   */
  constructor(
    path: string,
    onError: (error: unknown) => void,
    { followsLinks }: { readonly followsLinks: boolean } = { followsLinks: true },
  ) {
    this.#path = path;
    this.#onError = onError;
    this.#followsLinks = followsLinks;
  }

  /** Takes a line, without its line break, to be written soon. Never throws. */
  write(line: Line): void {
    this.#next = line;
    if (this.#writing === undefined && this.#pause === undefined) this.#start();
  }

  /** Writes what waits, at once. */
  async flush(): Promise<void> {
    for (;;) {
      if (this.#writing !== undefined) await this.#writing;
      else if (this.#next === undefined) break;
      else this.#start();
    }
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #start(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.#writing = this.#writeThenPause(next);
  }

  async #writeThenPause(next: Line): Promise<void> {
    await this.#replace(next);
    this.#writing = undefined;
    this.#pause = setTimeout(() => this.#start(), INTERVAL_MS).unref();
  }

  async #replace(next: Line): Promise<void> {
    try {
      const line = typeof next === "function" ? next() : next;
      const target = this.#followsLinks ? await targetOf(this.#path) : this.#path;
      if (line !== undefined) await replaceFile(target, `${line}\n`);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#onError(error);
      this.#isFailing = true;
    }
  }
}

async function replaceFile(target: string, text: string): Promise<void> {
  const directory = dirname(target);
  await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  const suffix = randomBytes(6).toString("hex");
  const draft = join(directory, `.${basename(target)}.${suffix}.tmp`);
  try {
    await writeFile(draft, text, { flag: "wx", mode: FILE_MODE });
    await rename(draft, target);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
}

/** The file behind a link, so that replacing it leaves the link in place; also where the link's target is yet to be made. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : resolve(dirname(path), link);
  }
}
