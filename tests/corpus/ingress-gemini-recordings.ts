import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { at, isRecord, textAt } from "../conformance/exchange.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";

const SHARED =
  process.env["SPILLWAY_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** A request as a client of the API sent it. */
export interface RecordedRequest {
  readonly name: string;
  /** Path and query. */
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What Gemini CLI and the official SDK sent in their recorded runs. */
export function clientRequests(): readonly RecordedRequest[] {
  if (noSharedRecordings !== false) return [];
  return ["gemini", "sdk"].flatMap((client) => {
    const file = gunzipSync(readFileSync(join(SHARED, "recordings", `${client}.jsonl.gz`)));
    const entries = file
      .toString("utf8")
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    return entries.flatMap((entry) => {
      const target = textAt(entry, "path") ?? "";
      const name = `${client} ${textAt(entry, "scenario")} ${String(at(entry, "seq"))}`;
      return requestOf(name, target, at(entry, "body"));
    });
  });
}

/** Every request of the corpus that was kept. */
export function corpusRequests(protocol: string): readonly RecordedRequest[] {
  if (noSharedRecordings !== false) return [];
  return corpusExchanges(protocol).flatMap(({ name, request }) =>
    requestOf(name, request.target, JSON.parse(request.body.toString("utf8"))),
  );
}

function requestOf(name: string, target: string, body: unknown): readonly RecordedRequest[] {
  return /[gG]enerateContent|countTokens/.test(target) && isRecord(body)
    ? [{ name, target, body }]
    : [];
}
