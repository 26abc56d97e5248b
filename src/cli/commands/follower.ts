import { ok, type Result } from "../../base/result.ts";
import type { EventView } from "../../store/views.ts";
import type { CliFailure } from "../deps.ts";
import type { Source } from "../source.ts";

const PAGE = 200;
/** More at once would ask the server for nothing but this; the rest waits for its turn. */
const MAX_ASKED = 50;

/** Knows which exchanges were shown, and finds those that have finished since. Owned by one `tail`. */
export class Follower {
  /** The newest id seen; ids sort by their start. */
  #newest: string | undefined;
  /** Started, but not finished when last looked at; the longest unasked first. */
  readonly #running = new Set<string>();

  /** The last `count` finished exchanges, in the order in which they finished. */
  async begin(source: Source, count: number): Promise<Result<readonly EventView[], CliFailure>> {
    const finished: EventView[] = [];
    let before: string | undefined;
    do {
      const page = await source.events({ before, limit: PAGE });
      if (!page.ok) return page;
      this.#newest ??= page.value.events[0]?.id;
      for (const event of page.value.events) {
        if (event.finish === null) this.#running.add(event.id);
        else finished.push(event);
      }
      before = page.value.next_before ?? undefined;
    } while (finished.length < count && before !== undefined);
    return ok(count === 0 ? [] : finished.toSorted(byFinish).slice(-count));
  }

  /** What has finished since the last call. */
  async next(source: Source): Promise<Result<readonly EventView[], CliFailure>> {
    const finished: EventView[] = [];
    for (const id of [...this.#running].slice(0, MAX_ASKED)) {
      const page = await source.events({ before: successor(id), limit: 1 });
      if (!page.ok) return page;
      this.#running.delete(id);
      const [event] = page.value.events;
      if (event?.id !== id) continue;
      if (event.finish === null) this.#running.add(id);
      else finished.push(event);
    }
    const started = await this.#startedSince(source);
    if (!started.ok) return started;
    for (const event of started.value) {
      if (event.finish === null) this.#running.add(event.id);
      else finished.push(event);
    }
    return ok(finished.toSorted(byFinish));
  }

  async #startedSince(source: Source): Promise<Result<readonly EventView[], CliFailure>> {
    const events: EventView[] = [];
    let before: string | undefined;
    do {
      const page = await source.events({ after: this.#newest, before, limit: PAGE });
      if (!page.ok) return page;
      events.push(...page.value.events);
      before = page.value.next_before ?? undefined;
    } while (before !== undefined);
    this.#newest = events[0]?.id ?? this.#newest;
    return ok(events);
  }
}

/** The next text of an id's length, so that "older than it" begins with the id itself. */
function successor(id: string): string {
  const kept = id.replace(/z+$/, "");
  const last = kept.charCodeAt(kept.length - 1);
  const next = kept.endsWith("9") ? "a" : String.fromCharCode(last + 1);
  return `${kept.slice(0, -1)}${next}`.padEnd(id.length, "0");
}

function byFinish(a: EventView, b: EventView): number {
  return (a.finished_at ?? "").localeCompare(b.finished_at ?? "") || a.id.localeCompare(b.id);
}
