import { type Material, mutateJson, parsed } from "./mutate-json.ts";
import type { Random } from "./random.ts";

/** What an input is made of, and so how it is changed. */
export type Shape = "json" | "stream" | "lines" | "bytes";

/** Beyond this an input only costs time. */
const MAX_INPUT_BYTES = 16 * 1024;
const EVENT_END = "\n\n";
const LINE_END = "\n";

/** A new input out of an old one; the same for the same state of `random`. */
export function mutate(input: Buffer, shape: Shape, random: Random, material: Material): Buffer {
  const changed = random.oneIn(12)
    ? mutateBytes(input, random, material)
    : byShape(input, shape, random, material);
  return changed.subarray(0, MAX_INPUT_BYTES);
}

function byShape(input: Buffer, shape: Shape, random: Random, material: Material): Buffer {
  switch (shape) {
    case "json":
      return mutateDocument(input, random, material);
    case "stream":
      return mutatePieces(input, EVENT_END, random, material);
    case "lines":
      return mutatePieces(input, LINE_END, random, material);
    case "bytes":
      return mutateBytes(input, random, material);
    default:
      return shape satisfies never;
  }
}

function mutateDocument(input: Buffer, random: Random, material: Material): Buffer {
  const value = parsed(input);
  if (value === undefined) return mutateBytes(input, random, material);
  return Buffer.from(JSON.stringify(mutateJson(value, random, material)) ?? "null");
}

/** Events of a stream, or lines: left out, repeated, moved, taken from elsewhere, or changed inside. */
function mutatePieces(input: Buffer, end: string, random: Random, material: Material): Buffer {
  let pieces: readonly string[] = input.toString().split(end);
  for (let times = 1 + random.below(3); times > 0; times -= 1) {
    pieces = mutatePiece(pieces, end, random, material);
  }
  const text = pieces.join(end);
  return Buffer.from(random.oneIn(40) ? text.replaceAll("\n", "\r\n") : text);
}

function mutatePiece(
  pieces: readonly string[],
  end: string,
  random: Random,
  material: Material,
): readonly string[] {
  const at = random.below(pieces.length);
  const to = random.below(pieces.length + 1);
  const piece = pieces[at] ?? "";
  switch (random.below(10)) {
    case 0:
      return pieces.toSpliced(at, 1);
    case 1:
      return pieces.toSpliced(to, 0, piece);
    case 2:
      return pieces.toSpliced(at, 1).toSpliced(to, 0, piece);
    case 3:
      return pieces.slice(0, to);
    case 4: {
      const others = material.other().toString().split(end);
      const from = random.below(others.length);
      return pieces.toSpliced(to, 0, ...others.slice(from, from + 1 + random.below(4)));
    }
    default:
      return pieces.toSpliced(at, 1, mutateData(piece, random, material));
  }
}

/** The JSON of a data line, or the value of a field. */
function mutateData(piece: string, random: Random, material: Material): string {
  const match = /^(?<head>(?:.*\n)?[\w-]+: ?)(?<data>.*)$/s.exec(piece);
  if (match?.groups === undefined)
    return mutateBytes(Buffer.from(piece), random, material).toString();
  const { head = "", data = "" } = match.groups;
  const value = parsed(data);
  if (value === undefined) return head + (random.pick(material.words) ?? "");
  return head + JSON.stringify(mutateJson(value, random, material));
}

function mutateBytes(input: Buffer, random: Random, material: Material): Buffer {
  const at = random.below(input.length + 1);
  const end = Math.min(input.length, at + 1 + random.below(8));
  const before = input.subarray(0, at);
  switch (random.below(5)) {
    case 0:
      return Buffer.concat([before, Buffer.of(random.below(256)), input.subarray(end)]);
    case 1:
      return Buffer.concat([before, input.subarray(end)]);
    case 2:
      return Buffer.concat([
        before,
        Buffer.from(random.pick(material.words) ?? ""),
        input.subarray(at),
      ]);
    case 3: {
      const other = material.other();
      return Buffer.concat([before, other.subarray(random.below(other.length))]);
    }
    default:
      return Buffer.concat([before, input.subarray(at, end), input.subarray(at)]);
  }
}
