import { parentPort, workerData } from "node:worker_threads";
import { answer, type NumberedAnswer, type NumberedRequest } from "./read-request.ts";
import { openReadOnly, SyncReader } from "./reader.ts";
import { messageOf } from "./sqlite-error.ts";

function run(path: string): void {
  const port = parentPort;
  if (port === null) throw new Error("reader.worker.ts runs as a worker thread only");
  const reader = new SyncReader(openReadOnly(path));
  port.on("message", ({ number, request }: NumberedRequest) => {
    port.postMessage(answerSafely(reader, number, request));
  });
}

function answerSafely(
  reader: SyncReader,
  number: number,
  request: NumberedRequest["request"],
): NumberedAnswer {
  try {
    return { number, answer: answer(reader, request) };
  } catch (error) {
    return { number, failure: messageOf(error) };
  }
}

run(String(workerData));
