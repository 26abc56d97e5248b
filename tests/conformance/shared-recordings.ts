import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { at, type Exchange, isRecord, textAt } from "./exchange.ts";

/** Recorded traffic beside the checkout, or where the environment says. Most machines have none. */
const SHARED =
  process.env["SPILLWAY_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** Why tests on recorded traffic cannot run here; false when they can. */
export const noSharedRecordings: string | false =
  existsSync(join(SHARED, "recordings")) && existsSync(join(SHARED, "corpus"))
    ? false
    : "there is no recorded traffic on this machine (SPILLWAY_SHARED names its folder)";

type RecordedClient = "claude" | "claude-2.1.329" | "codex" | "gemini" | "sdk";

/** What a client sent and was answered, every exchange of one file. */
export function clientRecordings(client: RecordedClient): Exchange[] {
  const file = gunzipSync(readFileSync(join(SHARED, "recordings", `${client}.jsonl.gz`)));
  const lines = file.toString("utf8").trim().split("\n");
  return lines
    .map((line): unknown => JSON.parse(line))
    .filter((entry) => client !== "sdk" || isAnthropicSdk(entry))
    .map((entry) => fromRecording(client, entry));
}

/** The file holds every vendor's SDK. */
function isAnthropicSdk(entry: unknown): boolean {
  return /^\/v1\/(?:messages|models)/.test(textAt(entry, "path") ?? "");
}

function fromRecording(client: string, entry: unknown): Exchange {
  const headers = at(entry, "headers");
  const response = at(entry, "response");
  const status = at(response, "status");
  return {
    name: `${client} ${textAt(entry, "scenario")} ${String(at(entry, "seq"))} ${textAt(entry, "path")}`,
    request: {
      method: textAt(entry, "method") ?? "",
      target: textAt(entry, "path") ?? "",
      headers: (Array.isArray(headers) ? headers : []).flat().map(String),
      body: toBytes(at(entry, "body")),
    },
    response: {
      status: typeof status === "number" ? status : undefined,
      headers: flatHeaders(at(response, "headers")),
      body: toBytes(at(response, "body")),
      reset: textAt(response, "ended") === "reset",
    },
  };
}

/** Every exchange of one protocol in the corpus of provider traffic. */
export function corpusExchanges(protocol: string): Exchange[] {
  const folder = join(SHARED, "corpus/exchanges", protocol);
  return readdirSync(folder)
    .toSorted()
    .map((file) => fromCorpus(protocol, JSON.parse(readFileSync(join(folder, file), "utf8"))));
}

/** Of an AWS event stream the bytes themselves are kept. */
function framesIn(entry: unknown): Buffer | undefined {
  const base64 = textAt(entry, "response", "eventstream", "base64");
  return base64 === undefined ? undefined : Buffer.from(base64, "base64");
}

/** The corpus keeps parsed bodies: their bytes are those of `JSON.stringify`, on both sides of the comparison. */
function fromCorpus(protocol: string, entry: unknown): Exchange {
  const request = at(entry, "request");
  const events = at(entry, "response", "sse");
  const path = protocol === "anthropic-count-tokens" ? "/v1/messages/count_tokens" : "/v1/messages";
  const url = new URL(textAt(request, "url") ?? path, "https://api.anthropic.com");
  const body = toBytes(at(request, "body") ?? plainRequest(Array.isArray(events)));
  const separator = textAt(entry, "response", "sse_separator") ?? "\n\n";
  const answer = Array.isArray(events)
    ? Buffer.from(events.map((event) => `${String(event)}${separator}`).join(""))
    : (framesIn(entry) ?? toBytes(at(entry, "response", "body")));
  const status = at(entry, "response", "status");
  return {
    name: textAt(entry, "id") ?? "",
    request: {
      method: textAt(request, "method") ?? "POST",
      target: `${url.pathname}${url.search}`,
      headers: [
        "Host",
        "api.anthropic.com",
        ...flatHeaders(at(request, "headers")),
        "x-api-key",
        "sk-ant-api03-not-a-key",
        "Content-Length",
        String(body.length),
      ],
      body,
    },
    response: {
      status: typeof status === "number" ? status : 200,
      headers: flatHeaders(at(entry, "response", "headers")),
      body: answer,
      reset: false,
    },
  };
}

/** For a recording of which only the response was kept. */
function plainRequest(stream: boolean): unknown {
  return {
    model: "claude-sonnet-4-5",
    max_tokens: 1024,
    stream,
    messages: [{ role: "user", content: "Hello" }],
  };
}

function toBytes(body: unknown): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body), "utf8");
}

/** A header list; a length is left to the wire, for the bodies here were decoded when they were recorded. */
function flatHeaders(headers: unknown): string[] {
  if (!isRecord(headers)) return [];
  return Object.entries(headers).flatMap(([name, value]) =>
    /^(?:content-length|content-encoding|transfer-encoding)$/i.test(name)
      ? []
      : (Array.isArray(value) ? value : [value]).flatMap((each) => [name, String(each)]),
  );
}
