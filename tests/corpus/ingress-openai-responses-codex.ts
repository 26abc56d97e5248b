import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { at, isRecord, textAt } from "../conformance/exchange.ts";

/** What Codex sent and was answered, where it was recorded. */
const FILE = `${
  process.env["SPILLWAY_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url))
}/recordings/codex.jsonl.gz`;

/** Why tests on these recordings cannot run here; false when they can. */
export const noRecordings: string | false = existsSync(FILE)
  ? false
  : "there is no recorded traffic on this machine (SPILLWAY_SHARED names its folder)";

export interface CodexExchange {
  readonly name: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** A stream's bytes. */
  readonly answer: Buffer;
}

/** Every answered request for a response; one was compressed, and its bytes say nothing here. */
export function codexExchanges(): readonly CodexExchange[] {
  const lines = gunzipSync(readFileSync(FILE)).toString("utf8").trim().split("\n");
  return lines
    .map((line): unknown => JSON.parse(line))
    .filter((entry) => textAt(entry, "method") === "POST")
    .flatMap((entry): readonly CodexExchange[] => {
      const request = at(entry, "body");
      if (!isRecord(request) || request["input"] === undefined) return [];
      const name = `${textAt(entry, "scenario")} ${String(at(entry, "seq"))}`;
      const answer = at(entry, "response", "body") ?? at(entry, "response", "sse");
      return [{ name, request, answer: Buffer.from(asText(answer)) }];
    });
}

function asText(answer: unknown): string {
  if (Array.isArray(answer)) return answer.map((event) => `${String(event)}\n\n`).join("");
  return typeof answer === "string" ? answer : "";
}
