/** Where a text stops being JSON, counted from 1 as editors do, and what stands wrong there. */
export interface JsonError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Finds the first error of a JSON text; undefined when it is valid.
 *
 * The engine's own message has no position for many errors and quotes the text, which may hold credentials.
 */
export function findJsonError(text: string): JsonError | undefined {
  const end = value(text, skip(text, 0));
  const problem = typeof end === "number" ? behind(text, end) : end;
  if (problem === undefined) return undefined;
  const before = text.slice(0, problem.at);
  const lineStart = before.lastIndexOf("\n") + 1;
  return {
    line: before.split("\n").length,
    column: problem.at - lineStart + 1,
    message: problem.message,
  };
}

interface Problem {
  readonly at: number;
  readonly message: string;
}

/** Where a value ends, or why it is none. */
type Step = number | Problem;

const LITERAL = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING_PART = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const SPACE = /[ \t\r\n]*/y;

function value(text: string, at: number): Step {
  const first = text.charAt(at);
  if (first === "{") return container(text, at, "}", member);
  if (first === "[") return container(text, at, "]", value);
  if (first === '"') return string(text, at);
  return matchEnd(LITERAL, text, at) ?? unexpected(text, at, "a value");
}

function member(text: string, at: number): Step {
  if (text.charAt(at) !== '"') return unexpected(text, at, "a name in double quotes");
  const nameEnd = string(text, at);
  if (typeof nameEnd !== "number") return nameEnd;
  const colon = skip(text, nameEnd);
  if (text.charAt(colon) !== ":") return unexpected(text, colon, "a colon");
  return value(text, skip(text, colon + 1));
}

function container(
  text: string,
  start: number,
  close: string,
  item: (text: string, at: number) => Step,
): Step {
  let at = skip(text, start + 1);
  if (text.charAt(at) === close) return at + 1;
  for (;;) {
    const end = item(text, at);
    if (typeof end !== "number") return end;
    at = skip(text, end);
    if (text.charAt(at) === close) return at + 1;
    if (text.charAt(at) !== ",") return unexpected(text, at, `a comma or ${close}`);
    const comma = at;
    at = skip(text, at + 1);
    if (text.charAt(at) === close) return { at: comma, message: `a comma with nothing after it` };
  }
}

function string(text: string, start: number): Step {
  const end = matchEnd(STRING_PART, text, start + 1) ?? start + 1;
  if (text.charAt(end) === '"') return end + 1;
  if (text.charAt(end) === "\\") return { at: end, message: "an escape that JSON does not know" };
  return { at: end === text.length ? start : end, message: "a string that is not closed" };
}

function behind(text: string, end: number): Problem | undefined {
  const at = skip(text, end);
  return at === text.length ? undefined : { at, message: "text after the end of the JSON" };
}

function unexpected(text: string, at: number, wanted: string): Problem {
  if (at >= text.length) return { at, message: `the file ends where ${wanted} should be` };
  if (text.startsWith("//", at) || text.startsWith("/*", at)) {
    return { at, message: "a comment, which JSON does not have" };
  }
  return { at, message: `expected ${wanted}` };
}

function skip(text: string, at: number): number {
  return matchEnd(SPACE, text, at) ?? at;
}

function matchEnd(pattern: RegExp, text: string, at: number): number | undefined {
  // A copy, because a sticky pattern keeps its place in itself.
  const sticky = new RegExp(pattern.source, "y");
  sticky.lastIndex = at;
  const match = sticky.exec(text);
  return match === null ? undefined : at + match[0].length;
}
