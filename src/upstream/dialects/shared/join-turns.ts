/** Makes one turn of several in a row: `join` gives what two of them are together, undefined where they stay apart. */
export function joinTurns<Turn>(
  turns: readonly Turn[],
  join: (last: Turn, next: Turn) => Turn | undefined,
): Turn[] {
  const joined: Turn[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    const both = last === undefined ? undefined : join(last, turn);
    if (both === undefined) joined.push(turn);
    else joined[joined.length - 1] = both;
  }
  return joined;
}
