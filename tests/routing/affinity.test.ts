import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { explain, type Fields, finishedEvent, type HttpAnswer, idOf } from "../fault/rig.ts";
import type { ScriptedAnswer } from "../integration/scripted-upstream.ts";
import { isObject } from "../upstream/request-kind.ts";
import { ask, type Other, openRoutingBench, type RoutingBench, session, textOf } from "./rig.ts";

const PLACES: readonly Other[] = ["groq", "openai"];
const CONFIG = `routing:
  models:
    spread:
      strategy: round_robin
      targets: [groq/llama-3.3-70b-versatile, openai/gpt-4o]
  affinity:
    worth: "0.01"
`;

describe("a session's warm cache", () => {
  let bench: RoutingBench;

  before(async () => {
    bench = await openRoutingBench({ config: CONFIG });
    for (const place of PLACES) bench.script(place, () => answering(place, 90_000));
  });
  after(async () => {
    await bench[Symbol.asyncDispose]();
  });

  it("keeps it where it is, while other sessions are spread", async () => {
    const places = new Set<string>();
    for (const id of ["one", "two", "three", "four"]) {
      const turns = [await turn(bench, id), await turn(bench, id), await turn(bench, id)];
      const answered = new Set(turns.map((answer) => textOf(answer)));
      assert.equal(answered.size, 1, `session ${id}: ${[...answered].join(", ")}`);
      places.add([...answered].join(""));
    }
    assert.equal(places.size, 2, "both places were used");
  });

  it("has the record and the metrics say what moving would have cost", async () => {
    const id = "told";
    await turn(bench, id);
    const second = await turn(bench, id);
    const third = await turn(bench, id);
    const notes = [await notesOf(bench, second), await notesOf(bench, third)].flat();
    assert.ok(
      notes.some((note) =>
        /^stays at \S+, where 90,000 tokens are in the cache; \S+ would be next, \$\d+\.\d{4} more for this turn$/.test(
          note,
        ),
      ),
      notes.join("\n"),
    );
    const metrics = await (await fetch(`${bench.gateway.url}/metrics`)).text();
    assert.match(metrics, /^spillway_cache_weighed_total\{decision="stayed"\} [1-9]/m);
    assert.match(metrics, /^spillway_cache_moving_usd_total\{decision="stayed"\} 0\.\d+/m);
  });

  it("does not count where nothing was cached", async () => {
    for (const place of PLACES) bench.script(place, () => answering(place, 0));
    const turns = [await turn(bench, "cold"), await turn(bench, "cold")];
    const answered = new Set(turns.map((answer) => textOf(answer)));
    assert.equal(answered.size, 2, "round robin");
    for (const place of PLACES) bench.script(place, () => answering(place, 90_000));
  });

  it("waits out a short retry-after where moving costs more, longer than elsewhere", async () => {
    const id = await sessionAt(bench, "groq");
    let refusals = 0;
    bench.script("groq", () => {
      refusals += 1;
      return refusals === 1 ? tooMany(3) : answering("groq", 90_000);
    });
    const answer = await turn(bench, id);
    assert.equal(textOf(answer), "From groq.");
    assert.match(String((await routeOf(bench, answer))["short"]), /groq.*;got=429;.*;paused=3000,/);
    bench.script("groq", () => answering("groq", 90_000));
  });

  it("waits no longer than elsewhere where moving is cheap", async () => {
    const id = await sessionAt(bench, "openai");
    bench.script("openai", () => tooMany(3));
    assert.equal(textOf(await turn(bench, id)), "From groq.");
    bench.script("openai", () => answering("openai", 90_000));
  });

  it("leaves it when the place fails, and the record says what that cost", async () => {
    const id = "moved";
    const first = textOf(await turn(bench, id));
    const home = PLACES.find((place) => first.includes(place)) ?? "groq";
    bench.script(home, () => ({ status: 503, json: { error: { message: "down" } } }));
    const answer = await turn(bench, id);
    assert.notEqual(textOf(answer), first);
    const notes = await notesOf(bench, answer);
    assert.ok(
      notes.some((note) => /^90,000 tokens stay behind in the cache of \S+, \$\d/.test(note)),
      notes.join("\n"),
    );
    bench.script(home, () => answering(home, 90_000));
  });
});

const TOKEN = session();

async function turn(bench: RoutingBench, id: string): Promise<HttpAnswer> {
  const answer = await ask(bench, "spread", {
    token: TOKEN,
    headers: { "x-claude-code-session-id": id },
  });
  assert.equal(answer.status, 200, answer.body.toString());
  await finishedEvent(bench.gateway, idOf(answer));
  return answer;
}

/** A session that the turns brought to a place. */
async function sessionAt(bench: RoutingBench, place: Other): Promise<string> {
  for (let n = 0; n < 10; n += 1) {
    const id = `${place} ${n}`;
    if (textOf(await turn(bench, id)) === `From ${place}.`) return id;
  }
  assert.fail(`no session came to ${place}`);
}

async function routeOf({ gateway }: RoutingBench, answer: HttpAnswer): Promise<Fields> {
  const { route } = await explain(gateway, idOf(answer));
  return isObject(route) ? route : {};
}

async function notesOf(bench: RoutingBench, answer: HttpAnswer): Promise<readonly string[]> {
  const { notes } = await routeOf(bench, answer);
  return Array.isArray(notes) ? notes.map(String) : [];
}

/** Most of the prompt was read from the place's cache. */
function answering(place: Other, cached: number): ScriptedAnswer {
  const message = { role: "assistant", content: `From ${place}.` };
  const usage = {
    prompt_tokens: 91_000,
    completion_tokens: 100,
    total_tokens: 91_100,
    prompt_tokens_details: { cached_tokens: cached },
  };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  return { json: { id: "chatcmpl-1", object: "chat.completion", created: 1, choices, usage } };
}

function tooMany(seconds: number): ScriptedAnswer {
  return {
    status: 429,
    headers: { "retry-after": String(seconds) },
    json: { error: { message: "too many", type: "rate_limit_error" } },
  };
}
