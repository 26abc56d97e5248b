import { openDecider } from "../routing/decider.ts";
import { median } from "./process-figures.ts";
import type { Row } from "./row.ts";

const ALIASES = 200;
const DEPLOYMENTS = 100;
const RUNS = 100;
const DECISIONS = 200;

/** What names, targets and chains add to the decision of where a request goes, its facts being read in both. */
export async function measureNames(): Promise<readonly Row[]> {
  const ids = Array.from({ length: DEPLOYMENTS }, (_, i) => `provider-${i}`);
  const providers = Object.fromEntries(
    ids.map((id) => [
      id,
      { kind: "openai-compatible", url: `https://${id}.example/v1`, key: "env:KEY" },
    ]),
  );
  const aliases = Object.fromEntries(
    Array.from({ length: ALIASES }, (_, i) => [`alias-${i}`, `provider-${i % DEPLOYMENTS}/m`]),
  );
  const targets = ["alias-150", "provider-7/m", "claude-opus-4-8"];
  const plain = await openDecider({ providers }, () => 0.5);
  const named = await openDecider(
    {
      providers,
      routing: {
        aliases,
        models: { coding: { strategy: "weighted", targets } },
        fallbacks: { coding: ["provider-99/m", "alias-3"] },
      },
    },
    () => 0.5,
  );
  // The first one measured would pay for what is compiled for all of them.
  for (const model of ["claude-opus-4-8", "coding", "alias-199"]) {
    timeOf(() => plain({ model: "claude-opus-4-8" }));
    timeOf(() => named({ model }));
  }
  const alone = timeOf(() => plain({ model: "claude-opus-4-8" }));
  const among = timeOf(() => named({ model: "coding" }));
  const alias = timeOf(() => named({ model: "alias-199" }));
  return [
    {
      what: `five candidates with ${ALIASES} aliases and ${DEPLOYMENTS} providers`,
      unit: "µs",
      gateway: among,
      figure: { kind: "difference", value: among - alone },
      aim: 30,
      note: `an alias takes ${alias.toFixed(1)}, a name that means itself ${alone.toFixed(1)}`,
    },
  ];
}

/** Microseconds of one. */
function timeOf(work: () => unknown): number {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const begin = performance.now();
    for (let i = 0; i < DECISIONS; i += 1) work();
    times.push(((performance.now() - begin) * 1_000) / DECISIONS);
  }
  return median(times.slice(RUNS / 4));
}
