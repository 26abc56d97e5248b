import { readFileSync } from "node:fs";
import { at, type Exchange, textAt } from "./exchange.ts";

const FILE = new URL("../recordings/synthetic-anthropic.jsonl", import.meta.url);

/** The project's own recordings: synthetic exchanges with what the wire can carry and clients seldom do. */
export function ownRecordings(): Exchange[] {
  const [, ...lines] = readFileSync(FILE, "utf8").trim().split("\n");
  return lines.map((line) => fromLine(JSON.parse(line)));
}

function fromLine(entry: unknown): Exchange {
  const status = at(entry, "response", "status");
  return {
    name: textAt(entry, "name") ?? "",
    request: {
      method: textAt(entry, "request", "method") ?? "",
      target: textAt(entry, "request", "target") ?? "",
      headers: strings(at(entry, "request", "headers")),
      body: toBytes(at(entry, "request")),
    },
    response: {
      status: typeof status === "number" ? status : undefined,
      reason: textAt(entry, "response", "reason"),
      headers: strings(at(entry, "response", "headers")),
      body: toBytes(at(entry, "response")),
      reset: false,
    },
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Text where the bytes are UTF-8, base64 where they are not. */
function toBytes(message: unknown): Buffer {
  const encoded = textAt(message, "bodyBase64");
  return encoded === undefined
    ? Buffer.from(textAt(message, "body") ?? "", "utf8")
    : Buffer.from(encoded, "base64");
}
