import { parentPort, workerData } from "node:worker_threads";
import { databasePath } from "../data-directory.ts";
import { applyBatch } from "./apply.ts";
import { OP, type WriterOptions, type WriterReply, type WriterRequest } from "./protocol.ts";
import type { Cell } from "./rows.ts";
import { messageOf } from "./sqlite-error.ts";
import { prepareStatements, type Statements } from "./statements.ts";
import { WalSync } from "./wal-sync.ts";
import { openWriterDatabase, type WriterDatabase } from "./writer-database.ts";

/** The only writer of the database: one transaction for each batch that the main thread sends. */
class Writer {
  readonly #opened: WriterDatabase;
  readonly #statements: Statements;
  readonly #walSync: WalSync;
  readonly #reply: (reply: WriterReply) => void;

  constructor(opened: WriterDatabase, dataDir: string, reply: (reply: WriterReply) => void) {
    this.#opened = opened;
    this.#statements = prepareStatements(opened.database);
    this.#reply = reply;
    this.#walSync = new WalSync(`${databasePath(dataDir)}-wal`, (error) => this.#syncFailed(error));
  }

  handle(request: WriterRequest): void {
    switch (request.kind) {
      case "apply":
        return this.#apply(request.ops, request.rows);
      case "sync":
        return this.#sync();
      case "close":
        return this.#close(request.endedAt);
    }
  }

  #apply(ops: readonly number[], rows: readonly Cell[][]): void {
    try {
      const rejected = applyBatch(this.#opened.database, this.#statements, ops, rows);
      this.#reply(rejected.length === 0 ? APPLIED : { kind: "applied_but", rejected });
      // A started row needs to survive the process only; what is over must survive the machine.
      if (ops.some((op) => op !== OP.start)) this.#walSync.request();
    } catch (error) {
      this.#reply({ kind: "failed", message: messageOf(error) });
    }
  }

  #sync(): void {
    try {
      this.#walSync.runNow();
      this.#reply({ kind: "synced" });
    } catch (error) {
      this.#syncFailed(error);
    }
  }

  /** The system may have dropped the unwritten pages, so a second flush that succeeds would prove nothing. */
  #syncFailed(error: unknown): void {
    const message = `The disk refused to store the records for good: ${messageOf(error)}`;
    this.#reply({ kind: "problem", problem: { kind: "sync_failed", message } });
  }

  #close(endedAt: number | null): void {
    try {
      if (endedAt !== null) this.#statements.endBoot.run(endedAt, this.#opened.boot);
      this.#walSync.runNow();
    } catch (error) {
      this.#syncFailed(error);
    }
    this.#walSync.close();
    this.#opened.close();
    this.#reply({ kind: "closed" });
  }
}

const APPLIED: WriterReply = { kind: "applied" };

function run(options: WriterOptions): void {
  const port = parentPort;
  if (port === null) throw new Error("writer.worker.ts runs as a worker thread only");
  const reply = (message: WriterReply): void => port.postMessage(message);
  const opened = openWriterDatabase(options);
  if (!opened.ok) {
    reply({ kind: "refused", error: opened.error });
    return;
  }
  const writer = new Writer(opened.value, options.dataDir, reply);
  port.on("message", (request: WriterRequest) => {
    writer.handle(request);
    if (request.kind === "close") port.close();
  });
  const { boot, nextNumber, recovered } = opened.value;
  reply({ kind: "ready", boot, nextNumber, recovered });
}

run(workerData);
