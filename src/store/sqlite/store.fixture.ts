import assert from "node:assert/strict";
import type { Clock } from "../../base/clock.ts";
import type { ExchangeStore, StoreProblem } from "../contract.ts";
import { STARTED_AT } from "../records.fixture.ts";
import { openSqliteStore } from "./open.ts";

export interface OpenedStore extends AsyncDisposable {
  readonly store: ExchangeStore;
  readonly problems: StoreProblem[];
  close(): Promise<void>;
}

/** A store for tests, with a clock that stands still. */
export async function openStore(
  dataDir: string,
  more: { readonly bootId?: string; readonly maxPending?: number; readonly nowMs?: number } = {},
): Promise<OpenedStore> {
  const problems: StoreProblem[] = [];
  const opened = await openSqliteStore({
    dataDir,
    clock: clockAt(more.nowMs ?? STARTED_AT),
    bootId: more.bootId ?? "boot-1",
    onProblem: (problem) => problems.push(problem),
    maxPending: more.maxPending,
  });
  assert.ok(opened.ok, opened.ok ? "" : opened.error.message);
  const store = opened.value;
  const close = async () => store[Symbol.asyncDispose]();
  return { store, problems, close, [Symbol.asyncDispose]: close };
}

export function clockAt(nowMs: number): Clock {
  return { now: () => nowMs, monotonicMs: () => 0 };
}
