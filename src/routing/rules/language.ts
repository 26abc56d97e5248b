import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { matchesGlob } from "../../base/glob.ts";
import { RULE_FACTS } from "./facts.ts";
import { isAtLeast } from "./version.ts";

/** No expression is larger than this, so that none takes long (ADR 0016). */
const LIMITS = {
  maxAstNodes: 500,
  maxDepth: 32,
  maxListElements: 500,
  maxMapEntries: 0,
  maxCallArguments: 4,
};

/** The language with the facts as its variables. */
export function makeEnvironment(): Environment {
  const environment = new Environment({ limits: LIMITS });
  for (const [name, { type }] of Object.entries(RULE_FACTS)) {
    environment.registerVariable(name, type);
  }
  return environment
    .registerFunction("string.like(string): bool", matchesGlob)
    .registerFunction("string.atLeast(string): bool", isAtLeast);
}

const OPERATORS: ReadonlySet<ASTNode["op"]> = new Set<ASTNode["op"]>([
  ...(["value", "id", "list", "?:", "||", "&&", "!_", "-_", ".", "[]"] as const),
  ...(["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"] as const),
]);

/** What can be called. Everything here takes time that grows with the sizes of what it is given, and no more. */
const FUNCTIONS: ReadonlySet<string> = new Set(["size", "has", "int", "double", "string"]);
const METHODS: ReadonlySet<string> = new Set([
  "startsWith",
  "endsWith",
  "contains",
  "lowerAscii",
  "upperAscii",
  "trim",
  "size",
  "like",
  "atLeast",
]);
/** Those that ask something of each element. */
const MACROS: ReadonlySet<string> = new Set(["exists", "all", "exists_one"]);

const HELP: Readonly<Record<string, string>> = {
  matches:
    'matches is left out, for a regular expression can take forever; like("claude-*") takes a pattern with *',
};

/** Something that the language has and rules have not. */
export interface Forbidden {
  readonly message: string;
  /** Offset of the character where it stands. */
  readonly at: number;
}

/** Finds what would make the time of an expression hard to bound: other calls, and macros within macros. */
export function findForbidden(node: ASTNode, isInMacro = false): Forbidden | undefined {
  const called = calledBy(node);
  const isMacro = called?.kind === "method" && MACROS.has(called.name);
  if (called === undefined ? !OPERATORS.has(node.op) : !isMacro && !isKnown(called)) {
    const name = called?.name ?? node.op;
    return { message: HELP[name] ?? `${name} cannot be used in a rule`, at: node.start };
  }
  if (isMacro && isInMacro) {
    return { message: `${called.name} cannot stand within another of its kind`, at: node.start };
  }
  for (const child of childrenOf(node)) {
    const found = findForbidden(child, isInMacro || isMacro);
    if (found !== undefined) return found;
  }
  return undefined;
}

function calledBy(node: ASTNode) {
  if (node.op === "call") return { kind: "function", name: node.args[0] } as const;
  return node.op === "rcall" ? ({ kind: "method", name: node.args[0] } as const) : undefined;
}

function isKnown({ kind, name }: NonNullable<ReturnType<typeof calledBy>>): boolean {
  return (kind === "function" ? FUNCTIONS : METHODS).has(name);
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case "!_":
    case "-_":
      return [node.args];
    case ".":
    case ".?":
      return [node.args[0]];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    default:
      return node.args;
  }
}
