import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { eventually, type Fields } from "../fault/rig.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { isObject, requestKind } from "../upstream/request-kind.ts";
import { sha256, type WireExchange, type WireMessage } from "../upstream/tap.ts";
import type { Lab } from "./lab.ts";
import { askOwner, type Payer, payerOf } from "./stored-key.ts";

/** Who paid for each upstream call of the main agent, in order. */
export function payersOfTurns(lab: Lab): readonly Payer[] {
  return lab.upstream.ofKind("main").map(payerOf);
}

/** What the client was answered to each turn of the main agent that reached the upstream, in order. */
export function answersToTurns(lab: Lab): readonly WireMessage[] {
  const turns = new Set(lab.upstream.ofKind("main").map((seen) => seen.bodyHash()));
  const exchanges = lab.clientSide.exchanges();
  return [...turns].flatMap((turn) =>
    exchanges
      .filter(({ request }) => sha256(request.body) === turn)
      .flatMap(({ response }) => response ?? []),
  );
}

/** Every value of an answer's field; names compare without case. */
export function field(message: WireMessage | undefined, wanted: string): readonly string[] {
  const { rawHeaders = [] } = message ?? {};
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === wanted);
}

/** How a turn was paid for, by the record of it. */
export interface Payment {
  readonly mode: unknown;
  readonly book: unknown;
  /** `subscription 429` for each upstream call. */
  readonly attempts: readonly string[];
  readonly costs: boolean;
}

/** The records of the main agent's turns, in order, once all of them are complete. */
export async function paymentsOfTurns(lab: Lab): Promise<readonly Payment[]> {
  const ids = idsOfTurns(lab);
  await lab.records((all) =>
    ids.every((id) => all.some((record) => record.id === id && record.finish === "complete")),
  );
  return await Promise.all(
    ids.map(async (id) =>
      toPayment(await askOwner(lab.gateway, "GET", `/control/exchanges/${id}`)),
    ),
  );
}

function idsOfTurns(lab: Lab): readonly string[] {
  return answersToTurns(lab).flatMap((answer) => field(answer, "x-spillway-request-id"));
}

function toPayment(record: Fields): Payment {
  const attempts = Array.isArray(record["attempts"]) ? record["attempts"] : [];
  return {
    mode: record["mode"],
    book: record["book"],
    attempts: attempts
      .filter(isObject)
      .map((attempt) => [attempt["credential_class"], attempt["status"]].join(" ")),
    costs: Number(record["cost_nano_usd"]) > 0,
  };
}

/** The Messages requests that the client sent. */
export function sentByClient(lab: Lab): readonly WireExchange[] {
  return lab.clientSide
    .exchanges()
    .filter(({ request }) => request.startLine.startsWith("POST /v1/messages"));
}

/** These are a main request and what helps it, three at most, and none was sent more often than told. */
export function assertGaveUp(refused: readonly WireExchange[], tries = 1): void {
  assert.ok(refused.length > 0 && refused.length <= 3, `${refused.length} requests`);
  for (const same of Map.groupBy(refused, ({ request }) => sha256(request.body)).values()) {
    assert.ok(same.length <= tries, `a request was sent ${same.length} times`);
  }
}

/** Nothing reached the upstream but warm-ups of connections and the check of the stored key. */
export function assertNothingSent(lab: Lab): void {
  const sent = lab.upstream.requests.filter(
    (seen) => requestKind(seen) !== "hello" && seen.target !== "/v1/models?limit=1",
  );
  assert.deepEqual(
    sent.map(({ method, target }) => `${method} ${target}`),
    [],
  );
}

/** The JSON lines of the gateway's log with an event, once the main agent's turns are in it. */
export async function logged(lab: Lab, event: string): Promise<readonly Fields[]> {
  const turns = idsOfTurns(lab);
  return await eventually(
    () => {
      const lines = lab.gateway.stdout().split("\n").slice(0, -1).map(parseLine).filter(isObject);
      const finished = lines.filter((line) => line["event"] === "exchange.finished");
      const areThere = turns.every((id) => finished.some((line) => line["id"] === id));
      return areThere ? lines.filter((line) => line["event"] === event) : undefined;
    },
    `${turns.join(", ")} in the log`,
  );
}

function parseLine(line: string): unknown {
  return line.startsWith("{") ? JSON.parse(line) : undefined;
}

/** The line of the status file, once it is as expected. */
export async function statusLine(gateway: Gateway, expected: RegExp): Promise<string> {
  let last = "";
  return await eventually(
    async () => {
      last = await readFile(gateway.usageFile, "utf8").catch(() => "");
      return expected.test(last) ? last : undefined;
    },
    `a status line like ${expected}`,
    15_000,
  );
}
