import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nanoUsd } from "../base/money.ts";
import type { StartedRecord, TerminalRecord } from "./record.ts";

/** Records and a directory for tests. */
export const STARTED_AT = Date.parse("2026-11-21T09:30:00Z");

/** Ids as the program makes them sort by their making; so do these. */
export function exchangeId(number: number): string {
  return `spx_${String(number).padStart(26, "0")}`;
}

/** Every column filled. */
export function startedRecord(number: number, more: Partial<StartedRecord> = {}): StartedRecord {
  return {
    id: exchangeId(number),
    startedAt: STARTED_AT + number,
    principal: "local",
    organisation: "local",
    keyId: "key_1",
    sessionId: "session-1",
    agentId: "agent-1",
    parentAgentId: "agent-0",
    promptId: "prompt-1",
    requestClass: "main",
    client: "claude-cli",
    clientVersion: "2.1.329",
    dialect: "anthropic",
    operation: "messages",
    method: "POST",
    path: "/v1/messages",
    requestedModel: "model-asked",
    stream: true,
    credentialClass: "subscription",
    account: "a1b2c3d4",
    provider: "anthropic",
    ...more,
  };
}

/** Every column filled. */
export function terminalRecord(number: number, more: Partial<TerminalRecord> = {}): TerminalRecord {
  return {
    id: exchangeId(number),
    finishedAt: STARTED_AT + number + 1_500,
    durationMs: 1_500.25,
    firstByteMs: 300.5,
    sentModel: "model-sent",
    servedModel: "model-served",
    decision: "session",
    attempts: [
      {
        deployment: "anthropic https://api.anthropic.com",
        credentialOwner: "caller",
        credentialClass: "subscription",
        bytesSent: 300_000,
        bytesReceived: 0,
        startedAfterMs: 1.5,
        endedAfterMs: 4,
        outcome: "retried",
      },
      {
        deployment: "anthropic https://api.anthropic.com",
        credentialOwner: "caller",
        credentialClass: "subscription",
        status: 200,
        upstreamRequestId: "req_1",
        bytesSent: 300_000,
        bytesReceived: 40_000,
        startedAfterMs: 4,
        headersAfterMs: 299.5,
        endedAfterMs: 1_500,
        outcome: "ok",
      },
    ],
    mode: "passthrough",
    status: 200,
    stopReason: "end_turn",
    usageRaw: '{"input_tokens":12,"output_tokens":400}',
    units: '{"model-served":{"input":12,"output":400}}',
    tokens: { input: 12, output: 400, cacheRead: 90_000, cacheWrite: 100 },
    usageSource: "provider",
    usageSuspect: true,
    cost: nanoUsd(12_345_678n),
    book: "subscription",
    priceVersion: "prices-1",
    currency: "INR",
    rate: "88.5",
    errorCode: "upstream_reset",
    errorSource: "upstream",
    billingOwner: "caller",
    provider: "groq",
    residency: "none asked",
    route: {
      steps: ["alias fast is model-sent"],
      candidates: [
        {
          name: "anthropic/model-sent",
          pays: "session",
          reason: "the session first",
          price: { input: 5_000_000_000, output: 25_000_000_000 },
        },
      ],
      refused: [
        {
          name: "groq/model-sent",
          pays: "key default",
          reason: "the place is not allowed",
          code: "residency",
        },
      ],
      notes: [],
      turns: [{ at: 0, came: "ok", status: 200, next: "shown", calls: 1, heldMs: 12 }],
      answer: 0,
      short: "anthropic/model-sent;pays=session;got=200;answer",
    },
    finish: "complete",
    ...more,
  };
}

/** A directory of its own, gone when the scope ends. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "spillway-store-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
