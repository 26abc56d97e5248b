const MAX_SESSIONS = 10_000;

/** Which sessions have been told that they overflow, so that each is told once for each time it is full. */
export class FirstSpills {
  /** By session, the reason it was told last; the longest known first. */
  readonly #told = new Map<string, string>();

  /** True the first time that a session overflows for this reason. */
  isFirst(sessionId: string, reason: string): boolean {
    if (this.#told.get(sessionId) === reason) return false;
    this.#told.delete(sessionId);
    this.#told.set(sessionId, reason);
    const [oldest] = this.#told.keys();
    if (oldest !== undefined && this.#told.size > MAX_SESSIONS) this.#told.delete(oldest);
    return true;
  }
}
