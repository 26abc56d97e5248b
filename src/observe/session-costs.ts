import { type NanoUsd, nanoUsd } from "../base/money.ts";
import type { ExchangeReader, UsageRow } from "../store/contract.ts";
import type { Book, StartedRecord, TerminalRecord } from "../store/record.ts";

/** What a session has cost in one book. */
export interface SessionBook {
  readonly book: Book;
  readonly cost: NanoUsd;
  /** Model calls whose cost nobody knows. */
  readonly unknown: number;
}

/** Whose limits a session uses. */
export interface SessionUser {
  readonly principal: string;
  readonly account: string;
}

export interface SessionCost {
  /** Undefined where that is not known. */
  readonly owner: SessionUser | undefined;
  readonly books: readonly SessionBook[];
}

interface Entry {
  owner: SessionUser | undefined;
  readonly books: Map<Book, { costNano: bigint; unknown: number }>;
  /** What earlier processes recorded of it, once it was asked for. */
  earlier: Promise<readonly UsageRow[]> | undefined;
}

const MAX_SESSIONS = 1_000;
/** How far back the records of a session are added up that goes on after a restart. */
const EARLIER_MS = 30 * 86_400_000;

/** Adds up sessions on top of what was recorded of them before `startedAt`, epoch milliseconds. */
export function openSessionCosts(
  reader: Pick<ExchangeReader, "usage">,
  startedAt: number,
): SessionCosts {
  const period = { from: startedAt - EARLIER_MS, to: startedAt, groupBy: "none" } as const;
  return new SessionCosts(async (sessionId) => await reader.usage({ ...period, sessionId }));
}

/**
 * Adds up what each running session costs, because the database has no index by session and a status line asks after
 * every answer. Owned by `gateway.ts`; the sessions that were used last are kept.
 */
export class SessionCosts {
  /** The least recently used first. */
  readonly #sessions = new Map<string, Entry>();
  readonly #earlier: (sessionId: string) => Promise<readonly UsageRow[]>;

  /** `earlier` finds what was recorded of a session before this process began. */
  constructor(earlier: (sessionId: string) => Promise<readonly UsageRow[]>) {
    this.#earlier = earlier;
  }

  /** Takes an exchange that has ended. */
  add(
    { sessionId, principal, account }: Pick<StartedRecord, "sessionId" | "principal" | "account">,
    { book, cost, usageSource }: Pick<TerminalRecord, "book" | "cost" | "usageSource">,
  ): void {
    if (sessionId === undefined) return;
    const entry = this.#entryOf(sessionId);
    if (account !== undefined) entry.owner = { principal, account };
    addTo(entry.books, book, cost ?? 0n, cost === undefined && usageSource !== "none" ? 1 : 0);
  }

  /** Everything that a session has cost; rejects when the earlier records cannot be read. */
  async find(sessionId: string): Promise<SessionCost> {
    const entry = this.#entryOf(sessionId);
    entry.earlier ??= this.#earlier(sessionId);
    const rows = await entry.earlier.catch((error: unknown) => {
      entry.earlier = undefined;
      throw error;
    });
    const books: Entry["books"] = new Map();
    for (const { book, cost, unknownUsage, unpriced } of rows) {
      if (book !== undefined) addTo(books, book, cost, unknownUsage + unpriced);
    }
    for (const [book, { costNano, unknown }] of entry.books) addTo(books, book, costNano, unknown);
    return {
      owner: entry.owner,
      books: [...books].map(([book, { costNano, unknown }]) => ({
        book,
        cost: nanoUsd(costNano),
        unknown,
      })),
    };
  }

  #entryOf(sessionId: string): Entry {
    const entry = this.#sessions.get(sessionId) ?? {
      owner: undefined,
      books: new Map(),
      earlier: undefined,
    };
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, entry);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    return entry;
  }
}

function addTo(books: Entry["books"], book: Book, costNano: bigint, unknown: number): void {
  const sum = books.get(book) ?? { costNano: 0n, unknown: 0 };
  books.set(book, { costNano: sum.costNano + costNano, unknown: sum.unknown + unknown });
}
