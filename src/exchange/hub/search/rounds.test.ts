import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fail, ok } from "../../../base/result.ts";
import {
  type Block,
  collectMessage,
  type Message,
  messageEvents,
  type StopReason,
  type StreamEvent,
  type TokenUsage,
} from "../../../canonical/index.ts";
import type { RunSearch } from "./results.ts";
import { SearchRounds } from "./rounds.ts";

const NAME = "web_search";
const HIT = { url: "https://a.org/", title: "A", snippet: "words", age: undefined };

const text = (words: string): Block => ({ type: "text", text: words });
const search = (id: string, query = "new things"): Block => ({
  type: "tool_use",
  id,
  name: NAME,
  input: JSON.stringify({ query }),
});
const look: Block = { type: "tool_use", id: "call_look", name: "look", input: "{}" };

function round(content: readonly Block[], usage?: TokenUsage): Message {
  const hasCall = content.some(({ type }) => type === "tool_use");
  const stopReason = hasCall ? "tool_use" : "end_turn";
  return { id: "msg", model: "m", content, stopReason, usage };
}

/** All that a client is told of some rounds, the last of which ends the answer whatever it asks for. */
function play(rounds: readonly Message[], found: (id: string) => RunSearch["found"]) {
  const machine = new SearchRounds(NAME);
  const told: StreamEvent[] = [];
  const waits: boolean[] = [];
  for (const [index, message] of rounds.entries()) {
    told.push(...messageEvents(message).flatMap((event) => machine.push(event)));
    const { goesOn, waiting } = machine;
    waits.push(goesOn);
    if (waiting === undefined) break;
    const isLast = index === rounds.length - 1;
    const end: StopReason | undefined = isLast || !goesOn ? waiting.stopReason : undefined;
    const runs = machine.searches.map((call) => ({ call, found: found(call.id) }));
    told.push(...machine.resolve(runs, end));
    if (end !== undefined) break;
  }
  return { told, waits, machine };
}

function kindsOf(told: readonly StreamEvent[]): readonly string[] {
  const collected = collectMessage(told);
  assert.ok(collected.ok);
  return collected.value.content.map((block) =>
    block.type === "opaque" ? block.kind : block.type,
  );
}

const anyRound = fc
  .array(
    fc.constantFrom<"text" | "search" | "look" | "thinking">("text", "search", "look", "thinking"),
    {
      maxLength: 6,
    },
  )
  .chain((kinds) =>
    fc.record({
      kinds: fc.constant(kinds),
      usage: fc.option(
        fc.record({ input: fc.nat(1_000), output: fc.nat(1_000), cacheRead: fc.nat(1_000) }),
        { nil: undefined },
      ),
    }),
  )
  .map(({ kinds, usage }) =>
    round(
      kinds.map((kind, at): Block => {
        if (kind === "search") return search(`call_${at}`);
        if (kind === "look") return { ...look, id: `call_${at}` };
        return kind === "text" ? text(`t${at}`) : { type: "thinking", text: `h${at}` };
      }),
      usage,
    ),
  );

describe("rounds of searches", () => {
  it("are one answer: one start, one end, no two open blocks, each result behind its call", () => {
    fc.assert(
      fc.property(
        fc.array(anyRound, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (rounds, isFound) => {
          const { told } = play(rounds, () =>
            isFound ? ok([HIT]) : fail({ code: "unavailable", reason: "none" }),
          );
          const order = told.map(({ type }) => type).join(" ");
          assert.match(order, /^start(?: block(?: delta)* block_end)* end$/);
          const kinds = kindsOf(told);
          for (const [at, kind] of kinds.entries()) {
            if (kind === "server_tool_use") {
              assert.equal(kinds[at + 1], "web_search_tool_result");
            } else if (kind === "web_search_tool_result") {
              assert.equal(kinds[at - 1], "server_tool_use");
            }
          }
        },
      ),
    );
  });

  it("say everything that was said, once and in its order", () => {
    fc.assert(
      fc.property(fc.array(anyRound, { minLength: 1, maxLength: 5 }), (rounds) => {
        const { told, waits } = play(rounds, () => ok([HIT]));
        const played = rounds.slice(0, waits.length);
        const expected = played.flatMap(({ content }) =>
          content.map((block) =>
            block.type === "tool_use" && block.name === NAME ? "server_tool_use" : block.type,
          ),
        );
        const said = kindsOf(told).filter((kind) => kind !== "web_search_tool_result");
        assert.deepEqual(said, expected);
      }),
    );
  });

  it("add up what they used, and know nothing where one of them tells nothing", () => {
    const usage = { input: 10, output: 5, cacheRead: 3 };
    const told = play(
      [round([search("a"), search("b")], usage), round([text("x")], usage)],
      (id) => (id === "a" ? ok([HIT]) : fail({ code: "unavailable", reason: "none" })),
    ).told;
    const end = told.at(-1);
    assert.deepEqual(end?.type === "end" && end.usage, {
      input: 20,
      output: 10,
      cacheRead: 6,
      webSearches: 1,
    });
    const silent = play([round([search("a")]), round([text("x")], usage)], () => ok([HIT])).told;
    const last = silent.at(-1);
    assert.deepEqual(last?.type === "end" && last.usage, { webSearches: 1 });
  });

  it("go on by themselves only where nothing waits for the client", () => {
    const { waits } = play([round([search("a")]), round([search("b"), look])], () => ok([HIT]));
    assert.deepEqual(waits, [true, false]);
    const cut = { ...round([search("a")]), stopReason: "max_tokens" } as const;
    assert.deepEqual(play([cut], () => ok([])).waits, [false]);
  });

  it("show a search at once, and what is behind it when its result is there", () => {
    const machine = new SearchRounds(NAME);
    const events = messageEvents(round([text("x"), search("a"), text("y")]));
    const shown = events.flatMap((event) => machine.push(event));
    assert.deepEqual(
      shown.flatMap((event) => (event.type === "block" ? [event.block.type] : [])),
      ["text", "opaque"],
    );
    assert.equal(shown.at(-1)?.type, "block_end");
    assert.equal(machine.searches.length, 1);
  });

  it("expect of a round to come that it reads all that was read before", () => {
    const machine = new SearchRounds(NAME);
    const usage = { input: 10, output: 5, cacheRead: 3, cacheWrite5m: 2 };
    for (const event of messageEvents(round([search("a")], usage))) machine.push(event);
    assert.deepEqual(machine.expected, { input: 25, output: 5, cacheRead: 3, cacheWrite5m: 2 });
  });

  it("pass an error on as it is", () => {
    const error = { type: "error", error: { kind: "server", message: "no" } } as const;
    assert.deepEqual(new SearchRounds(NAME).push(error), [error]);
  });
});
