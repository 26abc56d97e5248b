import { type FSWatcher, watch } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Notices that a file changed, appeared, vanished or was replaced, also behind a link.
 *
 * Directories are watched, because editors replace a file rather than write into it, and because Kubernetes swaps a link
 * in the file's directory.
 */
export class FileWatch implements Disposable {
  readonly #path: string;
  readonly #onEvent: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #isClosed = false;

  constructor(path: string, onEvent: () => void) {
    this.#path = path;
    this.#onEvent = onEvent;
  }

  /** Where the file is by now and when it last changed: equal texts mean that nothing did. Watches where that is. */
  async fingerprint(): Promise<string> {
    const { target = this.#path, version } = await look(this.#path);
    this.#watchDirectories(new Set([dirname(this.#path), dirname(target)]));
    return `${target} ${version}`;
  }

  #watchDirectories(wanted: ReadonlySet<string>): void {
    if (this.#isClosed) return;
    for (const [directory, watcher] of this.#watchers) {
      if (wanted.has(directory)) continue;
      watcher.close();
      this.#watchers.delete(directory);
    }
    for (const directory of wanted) {
      if (!this.#watchers.has(directory)) this.#watchDirectory(directory);
    }
  }

  #watchDirectory(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#onEvent());
      this.#watchers.set(directory, watcher);
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(directory);
        this.#onEvent();
      });
    } catch {
      // The directory does not exist, or the system has no watches left; a signal still reloads.
    }
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }
}

async function look(
  path: string,
): Promise<{ readonly target?: string; readonly version?: string }> {
  try {
    const target = await realpath(path);
    const { ino, mtimeNs, ctimeNs, size } = await stat(target, { bigint: true });
    return { target, version: `${ino} ${mtimeNs} ${ctimeNs} ${size}` };
  } catch {
    return {};
  }
}
