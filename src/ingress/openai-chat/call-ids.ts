interface OpenCall {
  readonly id: string;
  readonly name: string;
}

/**
 * The ids of a conversation's calls. Some clients leave them out, and the older form has none; other APIs need them.
 *
 * A made id tells only how many calls were before, so a conversation that grows keeps its beginning.
 */
export class CallIds {
  #count = 0;
  #open: readonly OpenCall[] = [];

  /** The id of the next call; `given` is empty where the client gave none. */
  call(given: string, name: string): string {
    this.#count += 1;
    const id = given === "" ? `call_number_${this.#count}` : given;
    this.#open = [...this.#open, { id, name }];
    return id;
  }

  /** The id of the call that a result answers; without one it answers the oldest call that is open. */
  answerTo(given: string): string {
    return (
      this.#take(given === "" ? this.#open[0] : this.#open.find(({ id }) => id === given)) ?? given
    );
  }

  /** In the older form a result tells its function only. */
  answerOf(name: string): string {
    return this.#take(this.#open.find((call) => call.name === name)) ?? "";
  }

  #take(call: OpenCall | undefined): string | undefined {
    this.#open = this.#open.filter((other) => other !== call);
    return call?.id;
  }
}
