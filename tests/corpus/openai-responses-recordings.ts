import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { at, isRecord, textAt } from "../conformance/exchange.ts";

/** Recorded traffic beside the checkout, or where the environment says. Most machines have none. */
const CORPUS = join(
  process.env["SPILLWAY_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "corpus",
);

/** Why tests on recorded traffic cannot run here; false when they can. */
export const noCorpus: string | false = existsSync(CORPUS)
  ? false
  : "there is no recorded traffic on this machine (SPILLWAY_SHARED names its folder)";

export interface RecordedAnswer {
  readonly name: string;
  readonly provider: string;
  /** Undefined where only the answer was kept. */
  readonly request: Readonly<Record<string, unknown>> | undefined;
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** The stream's bytes; undefined for an answer that is one body. */
  readonly stream: Buffer | undefined;
  readonly body: unknown;
}

/** Every recorded exchange of this dialect. */
export function recordedAnswers(): readonly RecordedAnswer[] {
  const folder = join(CORPUS, "exchanges/openai-responses");
  return filesOf(folder).map((file) => toAnswer(file, readJson(join(folder, file))));
}

/** A peer's translation of one request or answer: an opinion to compare with. */
export interface PeerPair {
  readonly name: string;
  readonly input: unknown;
  readonly output: unknown;
}

export function peerPairs(pattern: RegExp): readonly PeerPair[] {
  const folder = join(CORPUS, "pairs");
  return filesOf(folder)
    .filter((file) => pattern.test(file))
    .map((file) => {
      const pair = readJson(join(folder, file));
      return {
        name: file.replace(/\.json$/, ""),
        input: at(pair, "input"),
        output: at(pair, "peer_output"),
      };
    });
}

/** The bytes of a stream whose events are kept one by one. */
export function streamBytes(holder: unknown): Buffer | undefined {
  const events = at(holder, "sse");
  if (!Array.isArray(events)) return undefined;
  const separator = textAt(holder, "sse_separator") ?? "\n\n";
  return Buffer.from(events.map((event) => `${String(event)}${separator}`).join(""));
}

function toAnswer(file: string, entry: unknown): RecordedAnswer {
  const response = at(entry, "response");
  const status = at(response, "status");
  const request = at(entry, "request", "body");
  const headers = at(response, "headers");
  return {
    name: file.replace(/\.json$/, ""),
    provider: textAt(entry, "provider") ?? "",
    request: isRecord(request) ? request : undefined,
    status: typeof status === "number" ? status : 200,
    headers: Object.entries(isRecord(headers) ? headers : {}).flatMap(([name, value]) => [
      name,
      String(value),
    ]),
    stream: streamBytes(response),
    body: at(response, "body"),
  };
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder).toSorted();
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
