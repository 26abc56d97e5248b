/** Numbers from 0 to 1 that a seed repeats (mulberry32), so that a failing run can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The bytes in pieces of very different lengths; none is left out and none is empty. */
export function splitRandomly(bytes: Buffer, random: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const longest = 2 ** Math.floor(random() * 12);
    const end = start + 1 + Math.floor(random() * longest);
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}
