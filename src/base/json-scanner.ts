import {
  closingQuote,
  decodeName,
  type JsonType,
  skipWhitespace,
  trailingBackslashes,
  typeAt,
} from "./json-lexing.ts";

/** One top-level member as byte spans of the body it was found in; the ends are exclusive. */
export interface JsonMember {
  /** Unescaped, so that `"mod\u0065l"` is `model`. */
  readonly name: string;
  /** The opening quote of the name. */
  readonly nameStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly type: JsonType;
}

export type ScanResult =
  | {
      readonly kind: "object";
      /** In document order; a repeated name is listed each time. */
      readonly members: readonly JsonMember[];
      /** Names that came more than once, each listed once. */
      readonly duplicates: readonly string[];
    }
  | { readonly kind: "not_object" }
  | { readonly kind: "invalid"; readonly offset: number };

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const SCALAR_CHARACTERS = "+-.0123456789eEtrufalsn";

/** Where the scanner stands; the values' states end when their value does. */
type State =
  | "start"
  | "first_name"
  | "name"
  | "in_name"
  | "colon"
  | "value"
  | "in_string"
  | "in_container"
  | "in_scalar"
  | "after_value"
  | "end"
  | "not_object"
  | "invalid";

/** The state machine behind `scanTopLevel`: takes a body's latin1 text in segments of any size. */
export class TopLevelScanner {
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #members: JsonMember[] = [];
  readonly #seen = new Set<string>();
  readonly #duplicates = new Set<string>();
  #state: State = "start";
  /** Offset of the current segment's first character. */
  #base = 0;
  #invalidAt = 0;
  #nameStart = 0;
  #valueStart = 0;
  #name = "";
  #type: JsonType = "null";
  /** A name's or scalar's text as far as it was seen. */
  #token = "";
  #depth = 0;
  /** Inside a container: within a string that the last segment did not close. */
  #isInString = false;
  /** The last segment ended after the first half of an escape. */
  #isEscaped = false;

  constructor(wanted: ReadonlySet<string> | undefined) {
    this.#wanted = wanted;
  }

  push(text: string): void {
    let at = 0;
    while (at < text.length && this.#state !== "invalid") at = this.#step(text, at);
    this.#base += text.length;
  }

  finish(): ScanResult {
    switch (this.#state) {
      case "end":
        return { kind: "object", members: this.#members, duplicates: [...this.#duplicates] };
      case "not_object":
        return { kind: "not_object" };
      case "invalid":
        return { kind: "invalid", offset: this.#invalidAt };
      case "in_string":
      case "in_container":
      case "in_scalar":
        return { kind: "invalid", offset: this.#valueStart };
      default:
        return { kind: "invalid", offset: this.#base };
    }
  }

  #step(text: string, at: number): number {
    switch (this.#state) {
      case "in_container":
        return this.#containerStep(text, at);
      case "in_string":
        return this.#stringStep(text, at);
      case "in_name":
        return this.#nameStep(text, at);
      case "in_scalar":
        return this.#scalarStep(text, at);
      case "not_object":
      case "invalid":
        return text.length;
      default:
        return this.#betweenTokens(text, skipWhitespace(text, at));
    }
  }

  #betweenTokens(text: string, at: number): number {
    if (at >= text.length) return at;
    const code = text.charCodeAt(at);
    switch (this.#state) {
      case "start":
        return this.#begin(text, at, code);
      case "first_name":
        if (code === CLOSE_OBJECT) return this.#enter("end", at + 1);
        return this.#beginName(at, code);
      case "name":
        return this.#beginName(at, code);
      case "colon":
        return code === COLON ? this.#enter("value", at + 1) : this.#fail(at);
      case "value":
        return this.#beginValue(text, at);
      case "after_value":
        if (code === COMMA) return this.#enter("name", at + 1);
        return code === CLOSE_OBJECT ? this.#enter("end", at + 1) : this.#fail(at);
      default:
        return this.#fail(at);
    }
  }

  #begin(text: string, at: number, code: number): number {
    if (code === OPEN_OBJECT) return this.#enter("first_name", at + 1);
    if ('["-0123456789tfn'.includes(text.charAt(at))) return this.#enter("not_object", at + 1);
    return this.#fail(at);
  }

  #beginName(at: number, code: number): number {
    if (code !== QUOTE) return this.#fail(at);
    this.#nameStart = this.#base + at;
    this.#token = "";
    return this.#enter("in_name", at + 1);
  }

  #nameStep(text: string, from: number): number {
    const end = this.#stringEnd(text, from);
    this.#token += text.slice(from, end < 0 ? text.length : end - 1);
    if (end < 0) return text.length;
    const name = decodeName(this.#token);
    if (name === undefined) {
      this.#invalidAt = this.#nameStart;
      return this.#enter("invalid", end);
    }
    this.#name = name;
    return this.#enter("colon", end);
  }

  #beginValue(text: string, at: number): number {
    this.#valueStart = this.#base + at;
    this.#type = typeAt(text, at);
    switch (this.#type) {
      case "string":
        return this.#enter("in_string", at + 1);
      case "object":
      case "array":
        this.#depth = 1;
        return this.#enter("in_container", at + 1);
      case "number":
      case "true":
      case "false":
      case "null":
        this.#token = "";
        return this.#enter("in_scalar", at);
    }
  }

  #stringStep(text: string, from: number): number {
    const end = this.#stringEnd(text, from);
    return end < 0 ? text.length : this.#endValue(end);
  }

  #scalarStep(text: string, from: number): number {
    let at = from;
    while (at < text.length && SCALAR_CHARACTERS.includes(text.charAt(at))) at += 1;
    this.#token += text.slice(from, at);
    if (at === text.length) return at;
    const isRight = this.#type === "number" ? NUMBER.test(this.#token) : this.#token === this.#type;
    if (isRight) return this.#endValue(at);
    this.#invalidAt = this.#valueStart;
    return this.#enter("invalid", at);
  }

  #containerStep(text: string, from: number): number {
    const length = text.length;
    let at = from;
    if (this.#isInString) {
      at = this.#stringEnd(text, at);
      if (at < 0) return length;
      this.#isInString = false;
    }
    let depth = this.#depth;
    while (at < length) {
      const code = text.charCodeAt(at);
      at += 1;
      if (code === QUOTE) {
        at = this.#stringEnd(text, at);
        if (at < 0) {
          this.#isInString = true;
          at = length;
        }
      } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        depth += 1;
      } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
        depth -= 1;
        if (depth === 0) return this.#endValue(at);
      }
    }
    this.#depth = depth;
    return length;
  }

  #endValue(at: number): number {
    const name = this.#name;
    if (this.#wanted === undefined || this.#wanted.has(name)) {
      if (this.#seen.has(name)) this.#duplicates.add(name);
      else this.#seen.add(name);
      this.#members.push({
        name,
        nameStart: this.#nameStart,
        valueStart: this.#valueStart,
        valueEnd: this.#base + at,
        type: this.#type,
      });
    }
    return this.#enter("after_value", at);
  }

  /** Past the quote that closes the string which `from` is in; -1, and the escape remembered, when it is not in `text`. */
  #stringEnd(text: string, from: number): number {
    const start = this.#isEscaped ? from + 1 : from;
    const end = closingQuote(text, start);
    this.#isEscaped = end < 0 && trailingBackslashes(text, start) % 2 === 1;
    return end;
  }

  #enter(state: State, at: number): number {
    this.#state = state;
    return at;
  }

  #fail(at: number): number {
    this.#invalidAt = this.#base + at;
    return this.#enter("invalid", at);
  }
}
