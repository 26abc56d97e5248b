import assert from "node:assert/strict";
import { isObject } from "../../../src/base/json.ts";
import { runOn } from "../../../src/cli/testing.ts";
import { explain, finishedEvent, type HttpAnswer, idOf } from "../../fault/rig.ts";
import type { RoutingBench } from "../rig.ts";

const WIDTH = 96;

/** Everything that is told of an answer's route: its field, `spillway why`, and the JSON; without what differs from run to run. */
export async function tellRoute({ gateway }: RoutingBench, answer: HttpAnswer): Promise<string> {
  const id = idOf(answer);
  await finishedEvent(gateway, id);
  const { route, decision, answered, attempts } = await explain(gateway, id);
  const where = ["--data-dir", gateway.dataDir];
  const why = await runOn({ homeDir: gateway.home, columns: WIDTH }, "why", id, ...where);
  assert.equal(why.code, 0, why.err);
  for (const line of why.out.split("\n")) assert.ok(line.length <= WIDTH, line);
  const field = answer.headers["x-spillway-route"];
  const json = JSON.stringify(
    { decision, answered, outcomes: outcomesOf(attempts), route },
    null,
    1,
  );
  return normal(
    [
      `${answer.status} ${answer.complete ? "whole" : "broken off"}`,
      `x-spillway-route: ${field === undefined ? "(none)" : String(field)}`,
      sectionsOf(why.out),
      json,
    ].join("\n\n"),
  );
}

function outcomesOf(attempts: unknown): readonly unknown[] {
  return Array.isArray(attempts) ? attempts.filter(isObject).map(({ outcome }) => outcome) : [];
}

/** What `why` says of the route; who asked and what it cost are told elsewhere. */
function sectionsOf(story: string): string {
  const from = story.indexOf("\nWhere it went\n");
  const end = story.indexOf("\nHow it ended\n");
  return story.slice(from, end).trim();
}

/** A beginning is held for a moment in any case; what is told of it is what a test has last. */
const BRIEFLY: readonly (readonly [RegExp, string])[] = [
  [/\n +its beginning was held for [12]?\d?\dms/g, ""],
  [/"held_ms": [12]?\d?\d(?=,)/g, '"held_ms": null'],
];

const DIFFERENT: readonly (readonly [RegExp, string])[] = [
  [/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT"],
  [/spx_[0-9a-z]{26}/g, "spx_ID"],
  [/"(queued|held|paused)_ms": [1-9][\d.]*/g, '"$1_ms": "#"'],
  [/;(queued|paused)=\d+/g, ";$1=#"],
  [/\b\d+(?:\.\d+)?(?:ms|s|m)\b/g, "#"],
  [/\b\d+ s\b/g, "# s"],
  [/\b\d+(?:\.\d+)? (?:B|kB|MB)\b/g, "# B"],
  [/ until [^;"\n]*\d\d:\d\d/g, " until TIME"],
  [/req_\w+/g, "req_ID"],
  [/of key_[0-9a-z]+/g, "of key_ID"],
];

function normal(text: string): string {
  return [...BRIEFLY, ...DIFFERENT].reduce(
    (said, [pattern, by]) => said.replaceAll(pattern, by),
    text,
  );
}
