import type { HeaderList } from "../base/header-list.ts";
import { idOf, type SessionOwner } from "./owner.ts";
import { parseUnified } from "./unified-headers.ts";

/** A window of a subscription that is used up. */
export interface FullWindow {
  /** `five_hour`, `seven_day`, `seven_day_opus` … in the provider's words. */
  readonly claim: string;
  /** Epoch milliseconds. */
  readonly resetsAtMs: number;
}

interface Entry extends FullWindow {
  /** The model whose request was refused: all that an unknown claim is known to bind. */
  readonly model: string | undefined;
  triedAtMs: number;
}

const MAX_OWNERS = 1_000;
const MAX_WINDOWS = 16;

/** True for a 429 by which the provider says that a limit of the subscription is reached, not that it is busy. */
export function isQuotaRefusal(headers: HeaderList): boolean {
  const told = parseUnified(headers);
  return told?.representativeClaim !== undefined || told?.status === "rejected";
}

/**
 * Remembers which sessions are full until when, so that a full one does not cost two calls for every request (design R3).
 * Every `retryMs` one request tries the session all the same. Kept in memory only: after a restart the session is tried.
 */
export class FullSessions {
  /** The least recently noted first. */
  readonly #byOwner = new Map<string, Map<string, Entry>>();

  /** Takes note of a session's 429; undefined when it names no window with a reset in the future. */
  note(
    owner: SessionOwner,
    answer: { readonly headers: HeaderList; readonly model: string | undefined },
    nowMs: number,
  ): FullWindow | undefined {
    const told = parseUnified(answer.headers);
    const claim = told?.representativeClaim;
    const resetsAtMs = told?.resetsAtMs;
    if (claim === undefined || resetsAtMs === undefined || resetsAtMs <= nowMs) return undefined;
    const id = idOf(owner);
    const windows = this.#byOwner.get(id) ?? new Map<string, Entry>();
    this.#byOwner.delete(id);
    this.#byOwner.set(id, windows);
    if (windows.size < MAX_WINDOWS || windows.has(claim)) {
      windows.set(claim, { claim, resetsAtMs, model: answer.model, triedAtMs: nowMs });
    }
    for (const oldest of this.#byOwner.keys()) {
      if (this.#byOwner.size <= MAX_OWNERS) break;
      this.#byOwner.delete(oldest);
    }
    return { claim, resetsAtMs };
  }

  /**
   * The window that is known to be full for a request of this model. Undefined sends it to the session: none is known,
   * it has reset, or it is this request's turn to try again.
   */
  find(
    owner: SessionOwner,
    model: string | undefined,
    times: { readonly nowMs: number; readonly retryMs: number },
  ): FullWindow | undefined {
    const windows = this.#byOwner.get(idOf(owner));
    if (windows === undefined) return undefined;
    for (const entry of windows.values()) {
      if (entry.resetsAtMs <= times.nowMs) windows.delete(entry.claim);
      else if (binds(entry, model)) {
        if (times.nowMs - entry.triedAtMs < times.retryMs) return entry;
        // The one that tries; those beside it go on spilling until its answer is there.
        entry.triedAtMs = times.nowMs;
        return undefined;
      }
    }
    return undefined;
  }

  /** The session answered a request of this model, so nothing that binds it is full. */
  served(owner: SessionOwner, model: string | undefined): void {
    const windows = this.#byOwner.get(idOf(owner));
    if (windows === undefined) return;
    for (const entry of windows.values()) {
      if (binds(entry, model)) windows.delete(entry.claim);
    }
    if (windows.size === 0) this.#byOwner.delete(idOf(owner));
  }
}

const FOR_ALL_MODELS: ReadonlySet<string> = new Set(["five_hour", "seven_day", "overage"]);
const FOR_ONE_FAMILY = /^(?:five_hour|seven_day)_([a-z]+)$/;

/** A limit of one model family leaves the others their session. */
function binds({ claim, model: refused }: Entry, model: string | undefined): boolean {
  if (FOR_ALL_MODELS.has(claim)) return true;
  const family = FOR_ONE_FAMILY.exec(claim)?.[1];
  if (family !== undefined && refused?.toLowerCase().includes(family) === true) {
    return model?.toLowerCase().includes(family) === true;
  }
  return model === refused;
}
