import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import { isObject } from "../base/json.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { ConfigProblem } from "./problem.ts";

/** A parsed configuration file that knows where everything stands. */
export interface YamlFile {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Position of a value, or else of what encloses it. */
  locate(path: readonly PropertyKey[]): Position;
  /** Position of a key itself. */
  locateKey(path: readonly PropertyKey[]): Position;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The parser's own messages quote the text, which may be a secret. */
const MESSAGES: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  BAD_DQ_ESCAPE: "an escape that quoted text does not have",
  BAD_INDENT: "wrong indentation",
  BAD_SCALAR_START: "plain text cannot begin with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a group cannot stand here; is a line break missing?",
  DUPLICATE_KEY: "the key is there twice",
  MISSING_CHAR: "a closing quote, a bracket, a comma or a colon is missing",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line; is a colon missing?",
  MULTIPLE_DOCS: "more than one document in the file",
  TAB_AS_INDENT: "tabs cannot indent; use spaces",
  TAG_RESOLVE_FAILED: "tags are not supported",
};

/** Parses YAML (or JSON, which is YAML): data only, one document, no tags. */
export function parseYamlFile(text: string, name: string): Result<YamlFile, ConfigProblem[]> {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (message: string, position: Position) =>
    ({ path: "", message, source: `${name}:${position.line}:${position.column}` }) as const;
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      // "silent" would also silence the error for a second document.
      logLevel: "error",
      prettyErrors: false,
      stringKeys: true,
    });
    const errors = [...document.errors, ...document.warnings];
    if (errors.length > 0) {
      return fail(
        errors
          .slice(0, 10)
          .map((error) => problem(MESSAGES[error.code] ?? "not valid YAML", at(error.pos[0]))),
      );
    }
    const forbidden = forbiddenKey(document);
    if (forbidden !== undefined) {
      return fail([problem("unknown key __proto__", at(startOf(forbidden) ?? 0))]);
    }
    const values: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
    if (!isObject(values)) {
      return fail([problem('expected keys such as "listener:"', { line: 1, column: 1 })]);
    }
    const locate = (path: readonly PropertyKey[], wantsKey: boolean): Position =>
      at(offsetOf(document, path, wantsKey));
    return ok({
      name,
      values,
      locate: (path) => locate(path, false),
      locateKey: (path) => locate(path, true),
    });
  } catch (error) {
    // An alias that names nothing, aliases that multiply beyond the limit, or nesting deeper than the stack.
    const isUnresolved = error instanceof ReferenceError && error.message.startsWith("Unresolved");
    const message = isUnresolved
      ? "an alias without its anchor"
      : "nested too deeply, or too many aliases";
    return fail([problem(message, { line: 1, column: 1 })]);
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[], wantsKey: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const here = isAlias(node) ? node.resolve(document) : node;
    if (isSeq(here)) {
      node = here.items[Number(part)];
    } else if (isMap(here)) {
      const pair = here.items.find((item) => keyText(item) === String(part));
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      if (wantsKey && depth === path.length - 1) return offset;
      node = pair.value;
    } else {
      return offset;
    }
    offset = startOf(node) ?? offset;
  }
  return offset;
}

/** A key that would reach an object's prototype; zod's records skip it in silence. */
function forbiddenKey(document: Document): Node | undefined {
  let found: Node | undefined;
  visit(document, {
    Pair(_, pair) {
      if (keyText(pair) !== "__proto__" || !isNode(pair.key)) return undefined;
      found = pair.key;
      return visit.BREAK;
    },
  });
  return found;
}

function keyText(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
}
