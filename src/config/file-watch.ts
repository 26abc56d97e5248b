import { type FSWatcher, watch } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Notices that one of some files changed, appeared, vanished or was replaced, also behind a link.
 *
 * Directories are watched, because editors replace a file rather than write into it, and because Kubernetes swaps a link
 * in the file's directory.
 */
export class FileWatch implements Disposable {
  readonly #paths: readonly string[];
  readonly #onEvent: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #isClosed = false;

  constructor(paths: readonly string[], onEvent: () => void) {
    this.#paths = paths;
    this.#onEvent = onEvent;
  }

  /** Where each file is by now and when it last changed: equal texts mean that nothing did. Watches where that is. */
  async fingerprint(): Promise<string> {
    const files = await Promise.all(
      this.#paths.map(async (path) => ({ path, ...(await look(path)) })),
    );
    this.#watchDirectories(
      new Set(
        files.flatMap(({ path, target }) =>
          [path, ...(target === undefined ? [] : [target])].map((file) => dirname(file)),
        ),
      ),
    );
    return files.map(({ target, version }) => `${target} ${version}`).join("\n");
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
