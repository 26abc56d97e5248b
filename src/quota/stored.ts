import { z } from "zod";
import { parseJson } from "../base/json.ts";
import type { AccountQuota } from "./accounts.ts";

const MAX_STORED_BYTES = 2 ** 16;
const optional = { text: z.string().optional(), number: z.number().optional() };

const storedQuota = z.object({
  account: z.string(),
  observedAtMs: z.number(),
  windows: z.array(
    z.object({
      window: z.string(),
      usedPercent: optional.number,
      status: optional.text,
      resetsAtMs: optional.number,
    }),
  ),
  status: optional.text,
  resetsAtMs: optional.number,
  representativeClaim: optional.text,
  other: z.record(z.string(), z.string()),
  /** A forecast that begins anew costs less than windows that are forgotten. */
  series: z
    .record(
      z.string(),
      z.object({
        resetsAtMs: optional.number,
        samples: z.array(z.tuple([z.number(), z.number()])),
      }),
    )
    .optional()
    .catch(undefined),
});

/** An account's limits as text for the store. */
export function toStored(quota: AccountQuota): string {
  return JSON.stringify(quota);
}

/** Reads what `toStored` wrote; undefined when another version wrote something else. */
export function fromStored(text: string): AccountQuota | undefined {
  const json = parseJson(text, { maxBytes: MAX_STORED_BYTES });
  if (!json.ok) return undefined;
  return storedQuota.safeParse(json.value).data;
}
