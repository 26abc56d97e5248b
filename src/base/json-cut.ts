import { closingQuote, decodeName, skipWhitespace } from "./json-lexing.ts";

/** The way to a member, from the top of a JSON text: names, and `[]` for every element of a list. */
export type MemberPath = readonly string[];

/** Every element of a list, in a path. */
export const EACH = "[]";

/** A JSON text without some of its members. */
export interface Cut {
  readonly body: Buffer;
  /** Of the paths that were asked for, those that led to a member. */
  readonly found: readonly MemberPath[];
}

/**
 * Takes members out of a JSON text wherever these paths lead, and no other byte but the comma that goes with each. An object
 * that is left empty by it goes too. A text that cannot be read stays as it is.
 */
export function cutMembers(body: Buffer, paths: readonly MemberPath[]): Cut {
  // One character a byte: offsets are byte offsets.
  const cutter = new Cutter(body.toString("latin1"));
  const read = cutter.walk(
    skipWhitespace(cutter.text, 0),
    paths.map((path) => ({ path, rest: path })),
  );
  if (read.end === BROKEN || cutter.spans.length === 0) return { body, found: [] };
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end } of cutter.spans) {
    parts.push(body.subarray(from, start));
    from = end;
  }
  return { body: Buffer.concat([...parts, body.subarray(from)]), found: [...cutter.found] };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Member extends Span {
  readonly isCut: boolean;
}

/** A path, and what of it is still ahead. */
interface Trail {
  readonly path: MemberPath;
  readonly rest: MemberPath;
}

interface Read {
  /** Behind the value. */
  readonly end: number;
  readonly isEmptied: boolean;
}

const BROKEN = -1;
const FAILED: Read = { end: BROKEN, isEmptied: false };

/** Reads along the trails, and over everything beside them. */
class Cutter {
  readonly text: string;
  /** In the order of the text. */
  readonly spans: Span[] = [];
  readonly found = new Set<MemberPath>();

  constructor(text: string) {
    this.text = text;
  }

  walk(at: number, trails: readonly Trail[]): Read {
    const character = this.text.charAt(at);
    if (trails.length === 0) return { end: skipValue(this.text, at), isEmptied: false };
    if (character === "{") return this.#object(at, trails);
    if (character === "[") return this.#list(at, following(trails, EACH));
    return { end: skipValue(this.text, at), isEmptied: false };
  }

  #object(start: number, trails: readonly Trail[]): Read {
    const before = this.spans.length;
    const members: Member[] = [];
    let at = skipWhitespace(this.text, start + 1);
    if (this.text.charAt(at) === "}") return { end: at + 1, isEmptied: false };
    for (;;) {
      const member = this.#member(at, trails);
      if (member === undefined) return FAILED;
      members.push(member);
      at = skipWhitespace(this.text, member.end);
      const next = this.text.charAt(at);
      at += 1;
      if (next === "}") break;
      if (next !== ",") return FAILED;
      at = skipWhitespace(this.text, at);
    }
    if (members.every(({ isCut }) => isCut)) {
      this.spans.length = before;
      this.spans.push({ start: start + 1, end: at - 1 });
      return { end: at, isEmptied: true };
    }
    this.#cutOut(members, before);
    return { end: at, isEmptied: false };
  }

  #member(start: number, trails: readonly Trail[]): Member | undefined {
    const { text } = this;
    const nameEnd = text.charAt(start) === '"' ? closingQuote(text, start + 1) : BROKEN;
    if (nameEnd === BROKEN) return undefined;
    const colon = skipWhitespace(text, nameEnd);
    if (text.charAt(colon) !== ":") return undefined;
    const name = decodeName(text.slice(start + 1, nameEnd - 1)) ?? "";
    const ahead = following(trails, name);
    const here = ahead.filter(({ rest }) => rest.length === 0);
    for (const { path } of here) this.found.add(path);
    const value = skipWhitespace(text, colon + 1);
    const { end, isEmptied } = this.walk(value, here.length > 0 ? [] : ahead);
    return end === BROKEN ? undefined : { start, end, isCut: here.length > 0 || isEmptied };
  }

  /** Each goes with its comma: the one behind it, or at the end of the object the one in front. */
  #cutOut(members: readonly Member[], before: number): void {
    const inside = this.spans.splice(before);
    const lastKept = members.findLastIndex(({ isCut }) => !isCut);
    for (const [index, { start, end, isCut }] of members.entries()) {
      if (!isCut) this.spans.push(...inside.filter((span) => span.start > start && span.end < end));
      else if (index < lastKept) this.spans.push({ start, end: members[index + 1]?.start ?? end });
      else this.spans.push({ start: members[index - 1]?.end ?? start, end });
    }
  }

  #list(start: number, trails: readonly Trail[]): Read {
    let at = skipWhitespace(this.text, start + 1);
    if (this.text.charAt(at) === "]") return { end: at + 1, isEmptied: false };
    for (;;) {
      const { end } = this.walk(at, trails);
      if (end === BROKEN) return FAILED;
      at = skipWhitespace(this.text, end);
      const next = this.text.charAt(at);
      at += 1;
      if (next === "]") return { end: at, isEmptied: false };
      if (next !== ",") return FAILED;
      at = skipWhitespace(this.text, at);
    }
  }
}

function following(trails: readonly Trail[], step: string): readonly Trail[] {
  return trails
    .filter(({ rest }) => rest[0] === step)
    .map(({ path, rest }) => ({ path, rest: rest.slice(1) }));
}

const STRUCTURE = /["{}[\]]/g;
const SCALAR_END = /[\s,\]}]|$/g;

/** Behind a value that nobody looks into. */
function skipValue(text: string, start: number): number {
  const first = text.charAt(start);
  if (first === '"') return closingQuote(text, start + 1);
  if (first === "") return BROKEN;
  if (first !== "{" && first !== "[") return firstMatch(SCALAR_END, text, start);
  let depth = 0;
  for (let at = start; at !== BROKEN; ) {
    at = firstMatch(STRUCTURE, text, at);
    const character = text.charAt(at);
    if (at === BROKEN || character === "") return BROKEN;
    if (character === '"') {
      at = closingQuote(text, at + 1);
      continue;
    }
    depth += character === "{" || character === "[" ? 1 : -1;
    at += 1;
    if (depth === 0) return at;
  }
  return BROKEN;
}

function firstMatch(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? BROKEN;
}
