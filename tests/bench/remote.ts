import { type ChildProcess, fork } from "node:child_process";

/** What a child process can be asked: one argument each, all that structured clone carries. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

/** A child process of the bench that answers calls. */
export interface Remote<C extends Calls> extends AsyncDisposable {
  readonly pid: number;
  call<K extends keyof C & string>(
    name: K,
    ...argument: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>>;
}

interface Question {
  readonly serial: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Reply {
  readonly serial: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Starts a script of this folder in a process of its own. */
export function startRemote<C extends Calls>(
  script: string,
  options: {
    readonly nodeArgs?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Remote<C> {
  const child = fork(new URL(script, import.meta.url), [], {
    execArgv: [...(options.nodeArgs ?? [])],
    env: { PATH: process.env["PATH"] ?? "", ...options.env },
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return new ChildRemote(child, script);
}

class ChildRemote<C extends Calls> implements Remote<C> {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #exit = Promise.withResolvers<void>();
  #serial = 0;

  constructor(child: ChildProcess, script: string) {
    this.#child = child;
    child.on("message", (message) => this.#settle(message as Reply));
    child.once("exit", (code, signal) => {
      for (const { reject } of this.#open.values()) {
        reject(new Error(`${script} ended (${signal ?? code}) before it answered`));
      }
      this.#exit.resolve();
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  async call<K extends keyof C & string>(
    name: K,
    ...[argument]: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    this.#serial += 1;
    const question: Question = { serial: this.#serial, name, argument };
    const open = Promise.withResolvers<unknown>();
    this.#open.set(question.serial, open);
    this.#child.send(question);
    return (await open.promise) as Awaited<ReturnType<C[K]>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await this.#exit.promise;
    clearTimeout(timer);
  }

  #settle({ serial, result, error }: Reply): void {
    const open = this.#open.get(serial);
    this.#open.delete(serial);
    if (error === undefined) open?.resolve(result);
    else open?.reject(new Error(error));
  }
}

/** Answers the parent's calls until it lets go; then the process ends, a running profile with it. */
export function serveCalls(calls: Calls): void {
  process.on("message", (message) => {
    const { serial, name, argument } = message as Question;
    void answer(calls, name, argument).then((reply) => process.send?.({ serial, ...reply }));
  });
  process.once("disconnect", () => process.exit(0));
}

async function answer(
  calls: Calls,
  name: string,
  argument: unknown,
): Promise<{ readonly result?: unknown; readonly error?: string }> {
  const call = calls[name] as ((given: unknown) => unknown) | undefined;
  if (call === undefined) return { error: `no call ${name}` };
  try {
    return { result: await call(argument) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
