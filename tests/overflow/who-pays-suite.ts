import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { idOf } from "../fault/rig.ts";
import { assertRecorded, assertSeen } from "./checks.ts";
import { recordsOf } from "./rig.ts";
import { type Played, played, Table } from "./table.ts";
import {
  type Expected,
  expectedOf,
  MODES,
  nameOf,
  OUTCOMES,
  type Outcome,
  payersOf,
  type Setup,
  setupsOf,
} from "./who-pays.ts";

const ALL_OUTCOMES = Object.keys(OUTCOMES).filter((name): name is Outcome => name in OUTCOMES);
const STORED = ["none", "plain", "spills"] as const;

/** Every setup against every outcome, streaming and not, under each configured mode. */
export function describeWhoPays(memory: "on" | "off"): void {
  for (const configMode of MODES) {
    describe(`S0-28: who pays, with memory ${memory}`, () => {
      let table: Table;

      before(async () => {
        const mode = configMode === undefined ? "" : `  mode: ${configMode}\n`;
        table = await Table.open(`overflow:\n${mode}  memory: ${memory}\n  budget: 1000/day\n`);
      });
      after(() => table[Symbol.asyncDispose]());

      for (const stored of STORED) {
        // What takes time is the upstream that breaks off; requests are told apart by their bodies.
        describe(`with ${stored} in the vault`, { concurrency: 4 }, () => {
          before(() => table.store(stored));
          for (const setup of setupsOf(configMode, stored)) {
            const payers = payersOf(setup).join(", then ");
            it(`S0-28: ${nameOf(setup)}: ${payers === "" ? "refused" : payers}`, async () => {
              await checkSetup(table, setup, memory);
            });
          }
        });
      }
    });
  }
}

async function checkSetup(table: Table, setup: Setup, memory: "on" | "off"): Promise<void> {
  const first = ALL_OUTCOMES.flatMap((outcome, at) =>
    [false, true].map((stream) =>
      played(setup, { outcome, stream, usesAliases: (at % 2 === 0) === stream }),
    ),
  );
  await playAll(
    table,
    first.map((request) => [request, expectedOf(setup, request.outcome)]),
  );
  if (payersOf(setup).length < 2) return;
  const again = first.filter(({ outcome }) => OUTCOMES[outcome].spills);
  assert.equal(again.length, 4);
  await playAll(
    table,
    again.map((request) => [request, expectedAgain(setup, request, memory)]),
  );
}

/** Only a quota's 429 is remembered (R3): then the stored key comes first, and alone while it serves. */
function expectedAgain(setup: Setup, { outcome }: Played, memory: "on" | "off"): Expected {
  const expected = expectedOf(setup, outcome);
  const isRemembered = memory === "on" && outcome === "quota";
  return isRemembered ? { ...expected, calls: ["stored"] } : expected;
}

async function playAll(
  table: Table,
  requests: readonly (readonly [Played, Expected])[],
): Promise<void> {
  const seen = await Promise.all(requests.map(([request]) => table.play(request)));
  const rows = await recordsOf(
    table.gateway,
    seen.map(({ answer }) => idOf(answer)),
  );
  for (const [at, [request, expected]] of requests.entries()) {
    const ends = seen[at];
    const row = rows[at];
    assert.ok(ends && row);
    const name = `${request.outcome}, ${request.stream ? "stream" : "whole"}`;
    try {
      assertSeen(table, request, expected, ends);
      assertRecorded(request, expected, ends, row);
    } catch (cause) {
      throw new Error(`when the upstream says ${name}: ${String(cause)}`, { cause });
    }
  }
}
