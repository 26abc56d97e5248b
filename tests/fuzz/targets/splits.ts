import { hashOf, Random } from "../random.ts";

const LONGEST = 40;

/** The input in pieces, always in the same ones. */
export function piecesOf(input: Buffer): readonly Buffer[] {
  const random = new Random(hashOf(input));
  const pieces: Buffer[] = [];
  for (let at = 0; at < input.length; ) {
    const end = at + 1 + random.below(random.oneIn(2) ? 3 : LONGEST);
    pieces.push(input.subarray(at, end));
    at = end;
  }
  return pieces;
}
