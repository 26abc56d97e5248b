import { scanTopLevel } from "../../src/base/json-scan.ts";
import { median } from "./process-figures.ts";
import type { Row } from "./row.ts";
import { makeTraffic } from "./traffic.ts";

const BODY_BYTES = 2 ** 20;
const RUNS = 200;
const WANTED: ReadonlySet<string> = new Set(["model", "stream", "max_tokens", "inference_geo"]);

/** Reading the facts from a body of 1 MiB, against `JSON.parse` of the whole. */
export function measureFacts(): readonly Row[] {
  const part = makeTraffic("claude", 1).requestBody.toString("utf8");
  const { messages, ...rest } = JSON.parse(part) as { readonly messages: readonly unknown[] };
  const long: unknown[] = [];
  while (JSON.stringify(long).length < BODY_BYTES - part.length) long.push(...messages);
  const text = JSON.stringify({ ...rest, messages: long, metadata: { pad: "" } });
  const body = Buffer.from(
    text.replace(
      '"pad":""',
      `"pad":"${"x".repeat(Math.max(0, BODY_BYTES - Buffer.byteLength(text)))}"`,
    ),
  );
  const scanMs = timeOf(() => scanTopLevel(body, WANTED));
  const parseMs = timeOf(() => JSON.parse(body.toString("utf8")));
  return [
    {
      what: `facts from a body of ${(body.length / BODY_BYTES).toFixed(2)} MiB`,
      unit: "ms",
      gateway: scanMs,
      figure: { kind: "value", value: scanMs },
      aim: 1,
      note: `JSON.parse of the whole ${parseMs.toFixed(2)} ms`,
    },
  ];
}

function timeOf(work: () => unknown): number {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const begin = performance.now();
    work();
    times.push(performance.now() - begin);
  }
  return median(times.slice(RUNS / 4));
}
