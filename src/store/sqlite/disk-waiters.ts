type Tell = (isStored: boolean) => void;

/** Who waits until the disk has what the worker has applied. One flush at a time serves all that wait for the next. */
export class DiskWaiters {
  readonly #requestSync: () => void;
  #underWay: readonly Tell[] = [];
  #next: Tell[] = [];

  constructor(requestSync: () => void) {
    this.#requestSync = requestSync;
  }

  /** They are told true after a flush that begins from now on, false when there will be none. */
  add(tells: readonly Tell[]): void {
    this.#next.push(...tells);
    this.#start();
  }

  synced(): void {
    const told = this.#underWay;
    this.#underWay = [];
    for (const tell of told) tell(true);
    this.#start();
  }

  stop(): void {
    const told = [...this.#underWay, ...this.#next];
    this.#underWay = [];
    this.#next = [];
    for (const tell of told) tell(false);
  }

  #start(): void {
    if (this.#next.length === 0 || this.#underWay.length > 0) return;
    this.#underWay = this.#next;
    this.#next = [];
    this.#requestSync();
  }
}
