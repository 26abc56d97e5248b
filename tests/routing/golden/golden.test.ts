import { after, before, describe, it } from "node:test";
import type { ScriptedUpstream } from "../../integration/scripted-upstream.ts";
import { OTHERS, openRoutingBench, type RoutingBench } from "../rig.ts";
import { ATTEMPTS } from "./attempts.ts";
import { checkGolden, onlyGolden } from "./expected.ts";
import { LEFT_OUT_STAGE } from "./left-out.ts";
import { KNOWN_NAMES, QUEUES, REDIRECTED, WARM } from "./other-stages.ts";
import { openSearching } from "./searching.ts";
import type { Stage } from "./stage.ts";
import { tellRoute } from "./told.ts";

const searching = await openSearching();
const search: ScriptedUpstream = searching.search;
const STAGES: readonly Stage[] = [
  ATTEMPTS,
  LEFT_OUT_STAGE,
  QUEUES,
  REDIRECTED,
  KNOWN_NAMES,
  WARM,
  searching.stage,
];

describe("what is told of a route", () => {
  for (const { options, prepare, cases } of STAGES) {
    describe(`with ${cases[0]?.name ?? "nothing"} and others`, () => {
      let bench: RoutingBench;
      before(async () => {
        bench = await openRoutingBench(options);
        await prepare?.(bench);
      });
      after(async () => await bench[Symbol.asyncDispose]());
      for (const { name, run } of cases) {
        it(`is the same as ever: ${name}`, async () => {
          bench.anthropic.reset();
          for (const other of OTHERS) bench.script(other, undefined);
          checkGolden(name, await tellRoute(bench, await run(bench)));
        });
      }
    });
  }
  after(async () => await search[Symbol.asyncDispose]());

  it("is written down for these cases alone", () => {
    onlyGolden(STAGES.flatMap(({ cases }) => cases.map(({ name }) => name)));
  });
});
