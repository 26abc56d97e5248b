import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type NanoUsd, nanoUsd } from "../base/money.ts";
import type { UsageRow } from "../store/contract.ts";
import type { Book } from "../store/record.ts";
import { SessionCosts } from "./session-costs.ts";

const NOTHING: UsageRow = {
  group: undefined,
  book: "subscription",
  requests: 1,
  running: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  unknownUsage: 0,
  cost: nanoUsd(0n),
  unpriced: 0,
};

function ended(book: Book, cost: bigint | undefined) {
  const amount: NanoUsd | undefined = cost === undefined ? undefined : nanoUsd(cost);
  return { book, cost: amount, usageSource: "provider" } as const;
}

const none = async () => [];

describe("SessionCosts", () => {
  it("adds up each session by book, and counts what has no known cost", async () => {
    const costs = new SessionCosts(none);
    costs.add({ principal: "dev", sessionId: "one", account: "a" }, ended("subscription", 3n));
    costs.add({ principal: "dev", sessionId: "one" }, ended("subscription", 4n));
    costs.add({ principal: "dev", sessionId: "one" }, ended("overflow", 5n));
    costs.add({ principal: "dev", sessionId: "one" }, ended("overflow", undefined));
    costs.add(
      { principal: "dev", sessionId: "one" },
      { ...ended("overflow", undefined), usageSource: "none" },
    );
    costs.add({ principal: "dev", sessionId: "two", account: "b" }, ended("api", 6n));
    costs.add({ principal: "dev" }, ended("api", 7n));
    assert.deepEqual(await costs.find("one"), {
      owner: { principal: "dev", account: "a" },
      books: [
        { book: "subscription", cost: 7n, unknown: 0 },
        { book: "overflow", cost: 5n, unknown: 1 },
      ],
    });
    assert.deepEqual((await costs.find("two")).books, [{ book: "api", cost: 6n, unknown: 0 }]);
    assert.deepEqual((await costs.find("none")).books, []);
  });

  it("asks once for what was recorded before this process", async () => {
    const asked: string[] = [];
    const costs = new SessionCosts(async (sessionId) => {
      asked.push(sessionId);
      return [
        { ...NOTHING, cost: nanoUsd(10n), unknownUsage: 1, unpriced: 1 },
        { ...NOTHING, book: undefined },
      ];
    });
    costs.add({ principal: "dev", sessionId: "one" }, ended("subscription", 1n));
    const expected = [{ book: "subscription", cost: 11n, unknown: 2 }];
    assert.deepEqual((await costs.find("one")).books, expected);
    assert.deepEqual((await costs.find("one")).books, expected, "it is not added twice");
    assert.deepEqual(asked, ["one"]);
  });

  it("asks again after a failure, and does not tell half of a session until then", async () => {
    let isBroken = true;
    const costs = new SessionCosts(async () => {
      if (isBroken) throw new Error("locked");
      return [];
    });
    costs.add({ principal: "dev", sessionId: "one" }, ended("api", 1n));
    await assert.rejects(costs.find("one"));
    isBroken = false;
    assert.deepEqual((await costs.find("one")).books, [{ book: "api", cost: 1n, unknown: 0 }]);
  });

  it("keeps the thousand sessions that were used last", async () => {
    const costs = new SessionCosts(none);
    costs.add({ principal: "dev", sessionId: "old" }, ended("api", 1n));
    costs.add({ principal: "dev", sessionId: "in use" }, ended("api", 1n));
    for (let number = 0; number < 999; number += 1) {
      costs.add({ principal: "dev", sessionId: `s${number}` }, ended("api", 1n));
      costs.add({ principal: "dev", sessionId: "in use" }, ended("api", 1n));
    }
    assert.deepEqual((await costs.find("in use")).books, [
      { book: "api", cost: 1000n, unknown: 0 },
    ]);
    assert.deepEqual((await costs.find("old")).books, []);
  });
});
