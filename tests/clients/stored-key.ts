import assert from "node:assert/strict";
import { request } from "node:http";
import { join } from "node:path";
import type { Fields } from "../fault/rig.ts";
import { failure, type Responder, unifiedHeaders } from "../upstream/answer.ts";
import type { Gateway } from "../upstream/gateway.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject, type RequestKind, requestKind } from "../upstream/request-kind.ts";
import { SUBSCRIPTION } from "./claude.ts";

/** The provider's key that an organisation has stored, and what it is called. */
export const STORED_KEY = "sk-ant-api03-stored-by-the-test";
export const LABEL = "claude-code";

/** A key that the gateway issued. */
export interface IssuedKey {
  readonly id: string;
  readonly secret: string;
}

/** Stores `STORED_KEY`; with `overflow` it also pays for keyless sessions that are full. */
export async function storeKey(
  gateway: Gateway,
  options: { readonly overflow?: boolean } = {},
): Promise<void> {
  const stored = { key: STORED_KEY, label: LABEL, ...options };
  const answer = await askOwner(gateway, "PUT", "/me/byok/anthropic", stored);
  assert.equal(answer["verified"], true, JSON.stringify(answer));
}

/** Settings of a key as `POST /me/keys` takes them. */
export interface KeySettings {
  readonly name: string;
  readonly mode?: "session" | "inject" | "overflow";
  readonly budget?: string;
  readonly currency?: string;
  readonly models?: readonly string[];
}

export async function issueKey(gateway: Gateway, settings: KeySettings): Promise<IssuedKey> {
  const { id, key } = await askOwner(gateway, "POST", "/me/keys", settings);
  assert.ok(typeof id === "string" && typeof key === "string", "no key was issued");
  return { id, secret: key };
}

export async function revokeKey(gateway: Gateway, { id }: IssuedKey): Promise<void> {
  await askOwner(gateway, "DELETE", `/me/keys/${id}`);
}

/** Asks the running gateway over the socket that only the owner of the machine can open. */
export async function askOwner(
  gateway: Gateway,
  method: string,
  path: string,
  body?: unknown,
): Promise<Fields> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socketPath = join(gateway.dataDir, "control.sock");
  const outgoing = request({ socketPath, method, path, agent: false }, (incoming) => {
    let text = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.on("end", () => {
      if ((incoming.statusCode ?? 500) < 300) resolve(text);
      else reject(new Error(`${method} ${path}: ${incoming.statusCode} ${text}`));
    });
  });
  outgoing.on("error", reject);
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  const answer: unknown = JSON.parse(await promise);
  assert.ok(isObject(answer));
  return answer;
}

/** Lines that the client adds to its requests. */
export function withHeaders(...lines: readonly string[]): Readonly<Record<string, string>> {
  return { ANTHROPIC_CUSTOM_HEADERS: lines.join("\n") };
}

/** Whose credential, and no other, came with a request. */
export type Payer = "session" | "stored key" | "somebody else";

export function payerOf(seen: RecordedRequest): Payer {
  const credentials = [...seen.headers("authorization"), ...seen.headers("x-api-key")];
  if (credentials.length !== 1) return "somebody else";
  if (seen.header("authorization") === `Bearer ${SUBSCRIPTION.value}`) return "session";
  return seen.header("x-api-key") === STORED_KEY ? "stored key" : "somebody else";
}

/** Matches the requests of one kind that one credential pays for. */
export function paidBy(payer: Payer, kind: RequestKind): (seen: RecordedRequest) => boolean {
  return (seen) => payerOf(seen) === payer && requestKind(seen) === kind;
}

/** What a subscription answers while its five hours are used up. */
export function sessionFull(resetsAtSeconds: number): Responder {
  return failure(
    429,
    "This request would exceed your account's rate limit.",
    unifiedHeaders({
      status: "rejected",
      claim: "five_hour",
      fiveHour: 1,
      fiveHourReset: resetsAtSeconds,
    }),
  );
}

/** Epoch seconds of a reset that no test lives to see. */
export function inAnHour(): number {
  return Math.floor(Date.now() / 1_000) + 3_600;
}
