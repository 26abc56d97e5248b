const WORDS =
  "the gateway reads each file before it edits a line and keeps what was there unless the test says otherwise so that a change stays small and can be explained to whoever reads it next".split(
    " ",
  );

/** Words without end, from a small generator with a fixed seed. */
export function* words(seed: number): Generator<string, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
    yield WORDS[state % WORDS.length] ?? "";
  }
}

export function prose(seed: number, length: number): string {
  const parts: string[] = [];
  let size = 0;
  for (const word of words(seed)) {
    // What tool results are made of: lines, tabs, quotes, and now and then a letter beyond ASCII.
    const next = parts.length % 12 === 11 ? `${word}.\n\t"größe": ` : `${word} `;
    parts.push(next);
    size += next.length;
    if (size >= length) return parts.join("").slice(0, length);
  }
  return "";
}
