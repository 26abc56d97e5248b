import { setTimeout as sleep } from "node:timers/promises";
import {
  type AnthropicUpstream,
  type AnthropicUpstreamOptions,
  startAnthropicUpstream,
} from "../upstream/anthropic.ts";
import { type Gateway, type GatewayOptions, startGateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";
import { startTap, type Tap } from "../upstream/tap.ts";
import { assertUnchanged } from "./wire-identity.ts";

/** client -> tap -> the gateway -> tap -> the programmable upstream. */
export interface Lab extends AsyncDisposable {
  /** What clients use as their base URL. */
  readonly url: string;
  readonly upstream: AnthropicUpstream;
  readonly gateway: Gateway;
  readonly clientSide: Tap;
  readonly upstreamSide: Tap;
  /** Waits until the activity list satisfies the predicate, and returns it, oldest first. */
  records(
    isEnough: (records: readonly ActivityRecord[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly ActivityRecord[]>;
  /** Fails unless every exchange passed unchanged but for the documented header changes; returns their number. */
  assertBytesUnchanged(): number;
}

/** One entry of `GET /me/activity/events`, as far as these tests read it. */
export interface ActivityRecord {
  readonly id: string;
  readonly operation: string | undefined;
  /** The model that served the request, else the one asked for. */
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly status: number | undefined;
  readonly finish: string | undefined;
  readonly book: string | undefined;
  readonly mode: string | undefined;
  readonly sessionId: string | undefined;
  readonly agentId: string | undefined;
  readonly costNanoUsd: bigint | undefined;
  readonly tokens: {
    readonly input: number | undefined;
    readonly output: number | undefined;
    readonly cacheRead: number | undefined;
    readonly cacheWrite: number | undefined;
  };
}

export interface LabOptions extends AnthropicUpstreamOptions {
  readonly gateway?: Omit<GatewayOptions, "upstreamUrl">;
}

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  await using opened = new AsyncDisposableStack();
  const upstream = opened.use(await startAnthropicUpstream(options));
  const upstreamSide = opened.use(await startTap(upstream.port));
  const gateway = opened.use(
    await startGateway({ ...options.gateway, upstreamUrl: upstreamSide.url }),
  );
  const clientSide = opened.use(await startTap(gateway.port));
  const owned = opened.move();
  return {
    url: clientSide.url,
    upstream,
    gateway,
    clientSide,
    upstreamSide,
    async records(isEnough, timeoutMs = 30_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const records = await readRecords(gateway);
        if (isEnough(records)) return records;
        if (Date.now() > deadline) {
          throw new Error(
            `the records are not as expected:\n${JSON.stringify(records, printable)}`,
          );
        }
        await sleep(50);
      }
    },
    assertBytesUnchanged: () => assertUnchanged(clientSide, upstreamSide),
    async [Symbol.asyncDispose]() {
      const hasCrashed = gateway.hasExited();
      await owned.disposeAsync();
      if (hasCrashed) throw new Error(`the gateway ended on its own:\n${gateway.stderr()}`);
    },
  };
}

function printable(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

async function readRecords(gateway: Gateway): Promise<readonly ActivityRecord[]> {
  const answer = await gateway.api("/me/activity/events?limit=200");
  const events = isObject(answer) ? answer["events"] : undefined;
  if (!Array.isArray(events)) throw new Error(`no events in ${JSON.stringify(answer)}`);
  return events.filter(isObject).map(parseRecord).toReversed();
}

function parseRecord(event: Readonly<Record<string, unknown>>): ActivityRecord {
  const tokens = isObject(event["tokens"]) ? event["tokens"] : {};
  const cost = event["cost_nano_usd"];
  return {
    id: text(event["id"]) ?? "",
    operation: text(event["operation"]),
    model: text(event["model"]),
    provider: text(event["provider"]),
    status: number(event["status"]),
    finish: text(event["finish"]),
    book: text(event["book"]),
    mode: text(event["mode"]),
    sessionId: text(event["session_id"]),
    agentId: text(event["agent_id"]),
    costNanoUsd: typeof cost === "string" || typeof cost === "number" ? BigInt(cost) : undefined,
    tokens: {
      input: number(tokens["input"]),
      output: number(tokens["output"]),
      cacheRead: number(tokens["cache_read"]),
      cacheWrite: number(tokens["cache_write"]),
    },
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
