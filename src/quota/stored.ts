import { z } from "zod";
import { parseJson } from "../base/json.ts";
import type { AccountQuota } from "./accounts.ts";
import type { SessionOwner } from "./owner.ts";

const MAX_STORED_BYTES = 2 ** 16;
const optional = { text: z.string().optional(), number: z.number().optional() };

const storedQuota = z.object({
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

/** Where limits are kept between runs; the text is this file's own. */
export interface KeptQuota extends SessionOwner {
  /** Epoch milliseconds. */
  readonly observedAt: number;
  readonly json: string;
}

/** Limits for the store. The directory is for reports that are made without a server. */
export function toStored(quota: AccountQuota, directory: string | undefined): KeptQuota {
  const { principal, account, ...told } = quota;
  const json = JSON.stringify({ ...told, directory });
  return { principal, account, observedAt: quota.observedAtMs, json };
}

/** Reads what `toStored` made; undefined when another version wrote something else. */
export function fromStored({ principal, account, json }: KeptQuota): AccountQuota | undefined {
  const parsed = parseJson(json, { maxBytes: MAX_STORED_BYTES });
  const told = parsed.ok ? storedQuota.safeParse(parsed.value).data : undefined;
  return told && { ...told, principal, account };
}
