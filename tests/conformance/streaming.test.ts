import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Exchange } from "./exchange.ts";
import { ownRecordings } from "./own-recordings.ts";
import { assertByteExact, Replay } from "./replay.ts";

describe("a stream through a running gateway", () => {
  it("shows the client every event before the upstream has sent the next one", async () => {
    await using replay = await Replay.open();
    const exchange = ownRecordings().find(({ name }) => name === "a stream of text");
    assert.ok(exchange !== undefined);
    const ends = eventEnds(exchange.response.body);
    assert.ok(ends.length > 8);
    // Zero: the head alone, before any event.
    for (const end of [0, ...ends.slice(0, -1)]) await assertArrives(replay, exchange, end);
  });
});

/** The upstream goes on only once the client has what was sent: a gateway that keeps it back would wait for ever. */
async function assertArrives(replay: Replay, exchange: Exchange, bytes: number): Promise<void> {
  const arrived = Promise.withResolvers<void>();
  const replayed = await replay.send(
    exchange,
    { stallAfterBytes: bytes, resume: arrived.promise },
    (received) => {
      assert.ok(received <= exchange.response.body.length);
      if (received >= bytes) arrived.resolve();
    },
  );
  assertByteExact(replayed);
}

function eventEnds(body: Buffer): number[] {
  const ends: number[] = [];
  for (let at = body.indexOf("\n\n"); at >= 0; at = body.indexOf("\n\n", at + 2)) ends.push(at + 2);
  return ends;
}
