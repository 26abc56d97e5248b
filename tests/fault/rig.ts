import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { openRawClient, type RawClient } from "../upstream/raw-client.ts";
import { isObject } from "../upstream/request-kind.ts";

/** Any JSON object of the gateway's own endpoints. */
export type Fields = Readonly<Record<string, unknown>>;

export const STREAM_BODY = JSON.stringify({
  model: "claude-opus-5-5",
  max_tokens: 1000,
  stream: true,
  messages: [{ role: "user", content: "hello" }],
});
export const PLAIN_BODY = JSON.stringify({
  model: "claude-opus-5-5",
  max_tokens: 1000,
  messages: [{ role: "user", content: "hello" }],
});

/** The gateway with a configuration under which a slow test machine does not shed load. */
export async function startTestGateway(
  upstreamUrl: string,
  options: {
    readonly config?: string;
    readonly dataDir?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Gateway> {
  return await startGateway({
    upstreamUrl,
    ...options,
    config: `${options.config ?? ""}\nlimits:\n  loopDelay: 30s\n`,
  });
}

export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** False when the connection ended inside the body. */
  readonly complete: boolean;
}

/** One request on a connection of its own, unless an agent is given. */
export async function call(
  gateway: Pick<Gateway, "port">,
  options: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Buffer;
    readonly timeoutMs?: number;
  } = {},
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  let hasBegun = false;
  const outgoing = request(
    {
      port: gateway.port,
      host: "127.0.0.1",
      agent: false,
      method: options.method ?? "POST",
      path: options.path ?? "/v1/messages",
      headers: { "content-type": "application/json", ...options.headers },
      signal: AbortSignal.timeout(options.timeoutMs ?? 60_000),
    },
    (incoming) => {
      hasBegun = true;
      const chunks: Buffer[] = [];
      const finish = (): void =>
        resolve({
          status: incoming.statusCode ?? 0,
          reason: incoming.statusMessage ?? "",
          headers: incoming.headers,
          rawHeaders: incoming.rawHeaders,
          body: Buffer.concat(chunks),
          complete: incoming.complete,
        });
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", finish);
      incoming.on("error", finish);
    },
  );
  // A reset within the answer is an error of the request too.
  outgoing.on("error", (error) => {
    if (!hasBegun) reject(error);
  });
  outgoing.end(options.body);
  return await promise;
}

/** The bytes of a request; `fields` are whole lines without their line ends. */
export function requestBytes(
  body: string | Buffer,
  options: {
    readonly path?: string;
    readonly method?: string;
    readonly fields?: readonly string[];
  } = {},
): Buffer {
  const bytes = Buffer.from(body);
  const lines = [
    `${options.method ?? "POST"} ${options.path ?? "/v1/messages"} HTTP/1.1`,
    "Host: 127.0.0.1",
    ...(options.fields ?? []),
    `Content-Length: ${bytes.length}`,
    "",
    "",
  ];
  return Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), bytes]);
}

/** Opens a connection and sends one Messages request on it. */
export async function sendRaw(
  gateway: Pick<Gateway, "port">,
  body: string | Buffer = STREAM_BODY,
  options: { readonly path?: string; readonly fields?: readonly string[] } = {},
): Promise<RawClient> {
  const client = await openRawClient(gateway.port);
  client.send(requestBytes(body, options));
  return client;
}

/** Status and first header lines of what a raw client got. */
export function headOf(text: string): string {
  const end = text.indexOf("\r\n\r\n");
  return end < 0 ? text : text.slice(0, end);
}

/** The text without chunk sizes; false for `ended` when the last chunk is missing. */
export function dechunk(text: string): { readonly body: string; readonly ended: boolean } {
  let at = text.indexOf("\r\n\r\n") + 4;
  let body = "";
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(text.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) return { body, ended: false };
    if (size === 0) return { body, ended: text.slice(lineEnd, lineEnd + 4) === "\r\n\r\n" };
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

/** The id that the gateway gave an exchange. */
export function idOf(answer: HttpAnswer | string): string {
  const id =
    typeof answer === "string"
      ? /^x-spillway-request-id: (\S+)/im.exec(answer)?.[1]
      : answer.headers["x-spillway-request-id"];
  assert.ok(typeof id === "string", "the answer has no x-spillway-request-id");
  return id;
}

/** The newest exchanges, up to 200. */
export async function events(gateway: Gateway): Promise<readonly Fields[]> {
  const page = await gateway.api("/me/activity/events?limit=200");
  assert.ok(isObject(page) && Array.isArray(page["events"]));
  return page["events"].filter(isObject);
}

/** Every exchange on record, newest first. */
export async function allEvents(gateway: Gateway): Promise<readonly Fields[]> {
  const all: Fields[] = [];
  let path = "/me/activity/events?limit=200";
  for (;;) {
    const page = await gateway.api(path);
    assert.ok(isObject(page) && Array.isArray(page["events"]));
    all.push(...page["events"].filter(isObject));
    if (typeof page["next_before"] !== "string") return all;
    path = `/me/activity/events?limit=200&before=${page["next_before"]}`;
  }
}

/** Repeats until the value is there; fails after the time. */
export async function eventually<T>(
  look: () => Promise<T | undefined> | T | undefined,
  what: string,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline) assert.fail(`not within ${timeoutMs} ms: ${what}`);
    await sleep(20);
  }
}

/** The finished record of one exchange, as lists show it; exactly one must exist. */
export async function finishedEvent(
  gateway: Gateway,
  id: string,
  timeoutMs?: number,
): Promise<Fields> {
  return await eventually(
    async () => {
      const found = (await events(gateway)).filter((event) => event["id"] === id);
      assert.ok(found.length <= 1, `${found.length} records of ${id}`);
      return found[0]?.["finish"] === null ? undefined : found[0];
    },
    `the end of ${id} on record`,
    timeoutMs,
  );
}

/** The newest record once it is finished; for exchanges whose client never saw a head. */
export async function newestEvent(
  gateway: Gateway,
  before: readonly Fields[],
  timeoutMs?: number,
): Promise<Fields> {
  const known = new Set(before.map((event) => event["id"]));
  return await eventually(
    async () => {
      const fresh = (await events(gateway)).filter((event) => !known.has(event["id"]));
      assert.ok(fresh.length <= 1, `${fresh.length} new records`);
      return fresh[0] === undefined || fresh[0]["finish"] === null ? undefined : fresh[0];
    },
    "a new finished record",
    timeoutMs,
  );
}

/** Everything that is known of an exchange, over the owner's socket. */
export async function explain(gateway: Gateway, id: string): Promise<Fields> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const outgoing = request(
    {
      socketPath: join(gateway.dataDir, "control.sock"),
      path: `/control/exchanges/${id}`,
      agent: false,
    },
    (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      incoming.on("end", () => resolve(text));
    },
  );
  outgoing.on("error", reject);
  outgoing.end();
  const parsed: unknown = JSON.parse(await promise);
  assert.ok(isObject(parsed) && parsed["id"] === id, JSON.stringify(parsed));
  return parsed;
}

/** Resident memory of a process in bytes; Linux only. */
export async function rssBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  assert.ok(kilobytes !== undefined);
  return Number(kilobytes) * 1024;
}

/** The most memory that a process has ever had resident; Linux only. */
export async function peakRssBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  assert.ok(kilobytes !== undefined);
  return Number(kilobytes) * 1024;
}

export async function openHandles(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

/** The program under test, where a test starts it by itself. */
export const PROGRAM =
  process.env["SPILLWAY_TEST_MAIN"] ?? fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export const MEBIBYTE = 2 ** 20;
export const hasProc = process.platform === "linux";

/** A gateway error as clients see it: the API's envelope, the gateway's marks, no repetition asked for. */
export function assertGatewayError(answer: HttpAnswer, status: number, code: string): void {
  const text = answer.body.toString();
  assert.equal(answer.status, status, text);
  assert.equal(answer.headers["x-spillway-error-source"], "gateway");
  const parsed: unknown = JSON.parse(text);
  assert.ok(isObject(parsed) && isObject(parsed["error"]));
  assert.equal(parsed["type"], "error");
  assert.ok(String(parsed["error"]["message"]).includes(`(${code})`), text);
  if ([400, 401, 403, 404].includes(status)) {
    assert.equal(answer.headers["x-should-retry"], "false");
  }
}

const REPORT_MEMORY = `process.on("SIGUSR2", () => {
  globalThis.gc();
  // The memory behind buffers is given back beside the first collection.
  setTimeout(() => {
    globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    process.stderr.write("retained " + (heapUsed + arrayBuffers) + "\\n");
  }, 100);
});`;

/** For a gateway that is to be asked for `retainedBytes`. */
export const MEMORY_REPORTS = {
  NODE_OPTIONS: `--expose-gc --import=data:text/javascript,${encodeURIComponent(REPORT_MEMORY)}`,
};

/** What the process holds on to, garbage collected: resident memory also counts what was let go of. */
export async function retainedBytes(gateway: Gateway): Promise<number> {
  const known = gateway.stderr().length;
  process.kill(gateway.pid, "SIGUSR2");
  return await eventually(() => {
    const report = /retained (\d+)/.exec(gateway.stderr().slice(known))?.[1];
    return report === undefined ? undefined : Number(report);
  }, "a report of memory");
}
