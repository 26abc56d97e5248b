import assert from "node:assert/strict";
import type { Delivery } from "../upstream/answer.ts";
import type { Exchange } from "./exchange.ts";
import { assertByteExact, Replay, type Replayed, tokensOfRecord } from "./replay.ts";
import { expectedUsage } from "./usage-oracle.ts";

/**
 * Sends every exchange through one gateway and holds both directions against the recording, then every record against
 * what the recording says was used.
 */
export async function verifyAll(
  exchanges: readonly Exchange[],
  deliver: (exchange: Exchange) => Delivery = () => ({}),
): Promise<{ readonly priced: number }> {
  await using replay = await Replay.open();
  const replayed: Replayed[] = [];
  for (const exchange of exchanges) {
    const result = await replay.send(exchange, deliver(exchange));
    assertByteExact(result);
    replayed.push(result);
  }
  return { priced: await verifyUsage(replay, replayed) };
}

async function verifyUsage(replay: Replay, replayed: readonly Replayed[]): Promise<number> {
  const withId = replayed.filter(({ id }) => id !== "");
  const records = await replay.records(withId.map(({ id }) => id));
  let compared = 0;
  for (const { exchange, id } of withId) {
    const record = records.get(id);
    assert.ok(record !== undefined, `${exchange.name}: no finished record`);
    const expected = expectedUsage(exchange);
    if (expected === undefined) continue;
    assert.deepEqual(tokensOfRecord(record), expected, `${exchange.name}: its usage`);
    compared += 1;
  }
  return compared;
}
