import type { Result } from "../base/result.ts";
import { FileWatch } from "./file-watch.ts";
import type { LoadedConfig } from "./load.ts";
import { adopt } from "./pinned.ts";
import type { ConfigProblem } from "./problem.ts";

/** What a watch needs, and whom it tells. */
export interface ConfigWatchOptions {
  /** The configuration that runs now. */
  readonly loaded: LoadedConfig;
  /** Loads anew, from the same inputs as at start. */
  readonly reload: () => Promise<Result<LoadedConfig, readonly ConfigProblem[]>>;
  /**
   * Builds what follows from the new configuration and swaps it in. When it throws, the old one stays in force. Fields
   * that are pinned at start keep their old values in `next`.
   */
  readonly onChange: (next: LoadedConfig, changed: readonly string[]) => void | Promise<void>;
  /** A reload that failed, or a change that waits for a restart. */
  readonly onProblem: (problems: readonly ConfigProblem[]) => void;
  /** How long changes may go on before they are read. */
  readonly settleMs?: number;
}

/** A running watch; disposing it waits for a reload under way. */
export interface ConfigWatch extends AsyncDisposable {
  /** The configuration in force. */
  readonly current: LoadedConfig;
  /** Reloads now, whatever the files look like; resolves when a reload that began after the call is over. */
  trigger(): Promise<void>;
}

const SETTLE_MS = 100;

/** Reloads when a configuration file changes or a signal asks for it: validate, build, then swap. A bad file changes nothing. */
export async function watchConfig(options: ConfigWatchOptions): Promise<ConfigWatch> {
  const watch = new Watch(options);
  await watch.start();
  return watch;
}

class Watch implements ConfigWatch {
  readonly #options: ConfigWatchOptions;
  readonly #files: FileWatch;
  #current: LoadedConfig;
  #fingerprint = "";
  #timer: NodeJS.Timeout | undefined;
  /** Reloads happen one after the other, in the order of their causes. */
  #queue: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    this.#current = options.loaded;
    this.#files = new FileWatch(options.loaded.place, () => this.#onEvent());
  }

  get current(): LoadedConfig {
    return this.#current;
  }

  async start(): Promise<void> {
    this.#fingerprint = await this.#files.fingerprint();
  }

  trigger(): Promise<void> {
    return this.#enqueue(async () => {
      this.#fingerprint = await this.#files.fingerprint();
      await this.#reload();
    });
  }

  /** The timer is not set back by further events: a directory where something always moves would never be read. */
  #onEvent(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#enqueue(() => this.#reloadIfChanged());
    }, this.#options.settleMs ?? SETTLE_MS).unref();
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    this.#queue = this.#follow(this.#queue, step);
    return this.#queue;
  }

  async #follow(earlier: Promise<void>, step: () => Promise<void>): Promise<void> {
    await earlier;
    if (!this.#isClosed) await step();
  }

  async #reloadIfChanged(): Promise<void> {
    const fingerprint = await this.#files.fingerprint();
    if (fingerprint === this.#fingerprint) return;
    this.#fingerprint = fingerprint;
    await this.#reload();
  }

  async #reload(): Promise<void> {
    const { reload, onChange, onProblem } = this.#options;
    try {
      const next = await reload();
      // Written to while it was read: what was read may be half of it, or nothing.
      if ((await this.#files.fingerprint()) !== this.#fingerprint) return this.#onEvent();
      if (!next.ok) {
        onProblem(next.error);
        return;
      }
      const { file } = this.#current;
      if (file !== undefined && next.value.file === undefined) {
        onProblem([{ path: "", message: GONE, source: file }]);
        return;
      }
      const { loaded, changed, needsRestart } = adopt(this.#current, next.value);
      if (needsRestart.length > 0) onProblem(needsRestart.map((path) => waits(path, next.value)));
      if (changed.length > 0) await onChange(loaded, changed);
      this.#current = loaded;
    } catch (error) {
      const why = error instanceof Error ? error.message : "unknown error";
      onProblem([{ path: "", message: `could not be put into force: ${why}` }]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#files[Symbol.dispose]();
    await this.#queue;
  }
}

const GONE = "is gone; the running configuration stays until it is back or the next start";

function waits(path: string, next: LoadedConfig): ConfigProblem {
  const source = next.sources.get(path);
  return {
    path,
    message: "changed, but takes effect at the next start only",
    ...(source === undefined || source === "default"
      ? {}
      : { source: source.replace(/^file /, "") }),
  };
}
