import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ok } from "../../base/result.ts";
import type { StartedRecord, TerminalRecord } from "../../store/record.ts";
import { type EventView, eventView } from "../../store/views.ts";
import type { Source } from "../source.ts";
import { Follower } from "./follower.ts";

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

function idOf(number: number): string {
  const low = DIGITS.charAt(number % 32);
  const high = DIGITS.charAt(Math.floor(number / 32) % 32);
  const top = DIGITS.charAt(Math.floor(number / 1024));
  return `spx_01m7ynpjz1519fr2pw1sz42${top}${high}${low}`;
}

/** Exchanges by number; a finish time where they are over. */
class FakeHistory {
  readonly #finished = new Map<string, number | undefined>();
  asked = 0;

  start(number: number): void {
    this.#finished.set(idOf(number), undefined);
  }

  finish(number: number, at: number): void {
    this.#finished.set(idOf(number), at);
  }

  get source(): Source {
    const unused = async () => assert.fail("not asked by a follower");
    return {
      server: undefined,
      usage: unused,
      exchange: unused,
      quota: unused,
      events: async ({ before, after, limit = 50 }) => {
        this.asked += 1;
        const ids = [...this.#finished.keys()]
          .filter(
            (id) => (before === undefined || id < before) && (after === undefined || id > after),
          )
          .toSorted()
          .toReversed();
        const page = ids.slice(0, limit);
        return ok({
          events: page.map((id) => this.#event(id)),
          next_before: ids.length > limit ? (page.at(-1) ?? null) : null,
        });
      },
      [Symbol.asyncDispose]: async () => {},
    };
  }

  #event(id: string): EventView {
    const at = this.#finished.get(id);
    return eventView(STARTED(id), at === undefined ? undefined : TERMINAL(id, at));
  }
}

const STARTED = (id: string): StartedRecord => ({
  id,
  startedAt: 0,
  principal: "local",
  organisation: "local",
  dialect: "anthropic",
  operation: "messages",
  method: "POST",
  path: "/v1/messages",
  stream: true,
  credentialClass: "none",
  provider: "anthropic",
});

const TERMINAL = (id: string, finishedAt: number): TerminalRecord => ({
  id,
  finishedAt,
  durationMs: 1,
  attempts: [],
  tokens: {},
  usageSource: "none",
  usageSuspect: false,
  book: "api",
  currency: "USD",
  rate: "1",
  finish: "complete",
});

async function begin(follower: Follower, history: FakeHistory, count = 20): Promise<string[]> {
  const events = await follower.begin(history.source, count);
  assert.ok(events.ok);
  return events.value.map(({ id }) => id);
}

async function next(follower: Follower, history: FakeHistory): Promise<string[]> {
  const events = await follower.next(history.source);
  assert.ok(events.ok);
  return events.value.map(({ id }) => id);
}

describe("Follower", () => {
  it("shows every exchange once, when it finishes, whenever it started", async () => {
    const history = new FakeHistory();
    const follower = new Follower();
    history.start(1);
    history.start(2);
    history.finish(2, 10);
    assert.deepEqual(await begin(follower, history), [idOf(2)]);
    history.start(3);
    history.start(4);
    history.finish(4, 20);
    assert.deepEqual(await next(follower, history), [idOf(4)]);
    assert.deepEqual(await next(follower, history), []);
    history.finish(3, 40);
    history.finish(1, 30);
    assert.deepEqual(await next(follower, history), [idOf(1), idOf(3)]);
    assert.deepEqual(await next(follower, history), []);
  });

  it("finds a running exchange whatever its id ends in", async () => {
    for (const number of [9, 31, 1023, 1024]) {
      const history = new FakeHistory();
      const follower = new Follower();
      history.start(number);
      history.start(number + 1);
      assert.deepEqual(await begin(follower, history), []);
      history.finish(number, 5);
      assert.deepEqual(await next(follower, history), [idOf(number)]);
    }
  });

  it("begins with as many as asked, over several pages", async () => {
    const history = new FakeHistory();
    for (let number = 0; number < 700; number += 1) {
      history.start(number);
      if (number % 2 === 0) history.finish(number, number);
    }
    const last = await begin(new Follower(), history, 250);
    assert.equal(last.length, 250);
    assert.equal(last.at(-1), idOf(698));
    assert.equal(last[0], idOf(200));
    assert.deepEqual(await begin(new Follower(), history, 0), []);
  });

  it("begins with nothing and finds the first", async () => {
    const history = new FakeHistory();
    const follower = new Follower();
    assert.deepEqual(await begin(follower, history), []);
    history.start(1);
    history.finish(1, 1);
    assert.deepEqual(await next(follower, history), [idOf(1)]);
  });

  it("asks a bounded number of questions, and forgets nobody", async () => {
    const history = new FakeHistory();
    const follower = new Follower();
    for (let number = 0; number < 180; number += 1) history.start(number);
    await begin(follower, history);
    for (let number = 0; number < 180; number += 1) history.finish(number, number);
    const shown = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      history.asked = 0;
      for (const id of await next(follower, history)) shown.add(id);
      assert.ok(history.asked <= 51);
    }
    assert.equal(shown.size, 180);
  });
});
