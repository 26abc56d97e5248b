import assert from "node:assert/strict";
import type { GatewayError } from "../base/errors.ts";
import { ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import type { KeyRecord } from "../store/key-record.ts";
import { KeyRing, type NewKey } from "./keys/index.ts";

export const START_MS = 1_790_000_000_000;

/** A ring over an array, with a clock that tests move. */
export function makeRing(
  options: {
    readonly records?: readonly KeyRecord[];
    readonly installKey?: string;
    readonly save?: (record: KeyRecord) => Promise<Result<void, GatewayError>>;
  } = {},
) {
  const saved: KeyRecord[] = [];
  const clock = { nowMs: START_MS };
  const ring = new KeyRing({
    records: options.records ?? [],
    installKey: new Secret(options.installKey ?? "k".repeat(64)),
    now: () => clock.nowMs,
    save:
      options.save ??
      (async (record) => {
        saved.push(record);
        return ok(undefined);
      }),
  });
  return { ring, saved, clock };
}

export function newKey(name: string, more: Partial<NewKey> = {}): NewKey {
  return {
    organisation: "local",
    name,
    settings: { budgets: [], timeZone: "UTC", models: [] },
    ...more,
  };
}

export async function mint(ring: KeyRing, name: string, more: Partial<NewKey> = {}) {
  const made = await ring.create(newKey(name, more));
  assert.ok(made.ok);
  return { key: made.value.key, value: made.value.secret.reveal() };
}
