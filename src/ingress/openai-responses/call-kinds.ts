import type { CanonicalRequest, FunctionTool } from "../../canonical/index.ts";
import { type BuiltIn, builtInNamed } from "./built-ins.ts";

/** How a call of a tool has to look for the client that declared it. */
export type CallKind =
  | { readonly type: "function" | "custom"; readonly name: string; readonly namespace?: string }
  | { readonly type: "built_in"; readonly builtIn: BuiltIn };

const SEPARATOR = "__";

/** The one name of a tool that stands in a namespace; without one, its own. */
export function flatName(namespace: string | undefined, name: string): string {
  // quirk(openai): calls of a tool that a search found, and that stands in no namespace, have its name there as well.
  // source: corpus openai__openai-native-tool-search-streaming__1of2
  if (namespace === undefined || namespace === name) return name;
  return namespace.endsWith(SEPARATOR) ? namespace + name : namespace + SEPARATOR + name;
}

/**
 * The kinds of a request's tools by their flat names.
 *
 * The declaration decides and never the name: some clients declare as a function what others declare freeform.
 */
export function callKinds({ tools }: CanonicalRequest): ReadonlyMap<string, CallKind> {
  const functions = tools.filter((tool): tool is FunctionTool => tool.type === "function");
  return new Map(functions.map((tool) => [tool.name, kindOf(tool)]));
}

function kindOf({ name, extra }: FunctionTool): CallKind {
  const type = extra?.["type"];
  const builtIn = builtInNamed(type);
  if (builtIn !== undefined) return { type: "built_in", builtIn };
  const namespace = extra?.["namespace"];
  const kind = type === "custom" ? "custom" : "function";
  if (typeof namespace !== "string") return { type: kind, name };
  const prefix = flatName(namespace, "");
  return {
    type: kind,
    name: name.startsWith(prefix) ? name.slice(prefix.length) : name,
    namespace,
  };
}
