import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { join } from "node:path";
import { verifyLedger } from "../../src/ledger/index.ts";
import { openReader } from "../../src/store/sqlite/open-reader.ts";
import { call, eventually, type Fields, type HttpAnswer, startTestGateway } from "../fault/rig.ts";
import { failure, type Responder, unifiedHeaders } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject } from "../upstream/request-kind.ts";
import { openBooks, type Row } from "./books.ts";

/** What a request to one of the gateway's own endpoints was answered. */
export interface OwnAnswer {
  readonly status: number;
  readonly body: Fields;
  readonly text: string;
}

/** A virtual key as it was made. */
export interface MadeKey {
  readonly id: string;
  readonly secret: string;
}

/** What most suites stand on. */
export interface Desk {
  readonly upstream: AnthropicUpstream;
  readonly gateway: Gateway;
  readonly key: MadeKey;
}

/** A provider, a gateway before it and a key, until `scope` ends; then the books have to balance. */
export async function openDesk(
  scope: AsyncDisposableStack,
  { key, ...options }: { readonly config?: string; readonly key?: Fields } = {},
): Promise<Desk> {
  const upstream = scope.use(await startAnthropicUpstream());
  const gateway = scope.use(await startTestGateway(upstream.url, options));
  scope.defer(() => assertBooksBalance(gateway));
  return { upstream, gateway, key: await makeKey(gateway, key) };
}

/** The owner's socket: the one door that needs no key. */
export async function control(
  gateway: Pick<Gateway, "dataDir">,
  method: string,
  path: string,
  body?: unknown,
): Promise<OwnAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<OwnAnswer>();
  const outgoing = request(
    { socketPath: join(gateway.dataDir, "control.sock"), method, path, agent: false },
    (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      incoming.on("end", () => resolve(toOwnAnswer(incoming.statusCode ?? 0, text)));
    },
  );
  outgoing.on("error", reject);
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  return await promise;
}

/** One of the gateway's own endpoints over the data port; without a key as the machine's own user. */
export async function me(
  gateway: Pick<Gateway, "port">,
  key: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<OwnAnswer> {
  const answer = await call(gateway, {
    method,
    path,
    headers: key === undefined ? {} : { "x-spillway-key": key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return toOwnAnswer(answer.status, answer.body.toString());
}

/** The page of figures is the one answer that is no JSON. */
function toOwnAnswer(status: number, text: string): OwnAnswer {
  const parsed: unknown = text.startsWith("# HELP") ? {} : JSON.parse(text);
  assert.ok(isObject(parsed), text);
  return { status, body: parsed, text };
}

let names = 0;

/** Makes a key over the owner's socket; fields are those of `POST /me/keys`. */
export async function makeKey(
  gateway: Pick<Gateway, "dataDir">,
  fields: Fields & { readonly organisation?: string } = {},
): Promise<MadeKey> {
  names += 1;
  const { organisation = "local", ...rest } = fields;
  const made = await control(gateway, "POST", `/me/keys?organisation=${organisation}`, {
    name: `key-${names}`,
    ...rest,
  });
  assert.equal(made.status, 201, made.text);
  const { id, key } = made.body;
  assert.ok(typeof id === "string" && typeof key === "string");
  return { id, secret: key };
}

/** Stores an organisation's provider key over the owner's socket. */
export async function storeKey(
  gateway: Pick<Gateway, "dataDir">,
  key: string,
  options: {
    readonly organisation?: string;
    readonly label?: string;
    readonly overflow?: boolean;
  } = {},
): Promise<OwnAnswer> {
  const { organisation = "local", label = "team", overflow = false } = options;
  const path = `/me/byok/anthropic?organisation=${organisation}`;
  const stored = await control(gateway, "PUT", path, { key, label, overflow });
  assert.equal(stored.status, 200, stored.text);
  return stored;
}

export async function forgetKey(
  gateway: Pick<Gateway, "dataDir">,
  organisation = "local",
): Promise<void> {
  await control(gateway, "DELETE", `/me/byok/anthropic?organisation=${organisation}`);
}

const random = (): string => randomBytes(24).toString("hex");

/** A subscription's token that no other request has, so that nothing is remembered of it. */
export const sessionToken = (): string => `sk-ant-oat01-${random()}`;

/** An API key of the provider. */
export const providerKey = (): string => `sk-ant-api03-${random()}`;

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What a call to the upstream was paid with; a call with two credentials fails the test. */
export function credentialOf(seen: RecordedRequest): string | undefined {
  const carried = [...seen.headers("authorization"), ...seen.headers("x-api-key")];
  assert.ok(carried.length <= 1, `one call carries ${carried.length} credentials`);
  return carried[0]?.replace(/^Bearer /, "");
}

/** True for a call that a subscription's token pays for. */
export function isSession(seen: RecordedRequest): boolean {
  return credentialOf(seen)?.startsWith("sk-ant-oat") === true;
}

/** What the provider says to a session whose plan is used up for now. */
export const PLAN_IS_FULL: Responder = failure(429, "full", [
  "retry-after",
  "60",
  ...unifiedHeaders({ status: "rejected" }),
]);

/** The exchange of an answer, once it is over: its record and its lines, read from the database file. */
export async function recordOf(
  gateway: Pick<Gateway, "dataDir">,
  answer: Pick<HttpAnswer, "headers">,
): Promise<Row> {
  const id = answer.headers["x-spillway-request-id"];
  assert.ok(typeof id === "string", "the answer has no x-spillway-request-id");
  const [row] = await recordsOf(gateway, [id]);
  assert.ok(row);
  return row;
}

/** Several exchanges at once, in the order of their ids as given. */
export async function recordsOf(
  gateway: Pick<Gateway, "dataDir">,
  ids: readonly string[],
): Promise<readonly Row[]> {
  using books = openBooks(gateway.dataDir);
  return await eventually(() => {
    const found = new Map(books.rows(ids).map((row) => [row.id, row]));
    const rows = ids.map((id) => found.get(id)).filter((row) => row?.finish !== undefined);
    return rows.length === ids.length ? rows.filter((row) => row !== undefined) : undefined;
  }, "the end of every exchange on record");
}

/** Every line of the books: sums to zero, and nothing is held for what is over. */
export async function assertBooksBalance(gateway: Pick<Gateway, "dataDir">): Promise<void> {
  const opened = openReader(gateway.dataDir);
  assert.ok(opened.ok);
  await using reader = opened.value;
  assert.deepEqual(await verifyLedger(reader), []);
}
