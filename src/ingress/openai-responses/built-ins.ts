import type { JsonObject } from "../../canonical/index.ts";

/** A tool that the client runs and that only OpenAI's models know by its type. Others are told of it as a function. */
export interface BuiltIn {
  /** Its `type` among the tools, and its name as a function. */
  readonly tool: string;
  /** The type of the item that calls it. */
  readonly call: string;
  /** The type of the item that answers the call. */
  readonly output: string;
  /** The member of a call that has what a function would have as its arguments. */
  readonly member: string;
  /** Members of that member which are always the same, so that no model has to write them. */
  readonly fixed: JsonObject;
  /** Members that every call has beside it. */
  readonly frame: JsonObject;
  readonly description: string;
  readonly schema: JsonObject;
}

const TEXT = { type: "string" };
const NUMBER = { type: "number" };
const TEXTS = { type: "array", items: TEXT };

/**
 * @source https://platform.openai.com/docs/guides/tools-local-shell (read 2026-11-25)
 * @source https://platform.openai.com/docs/guides/tools-apply-patch (read 2026-11-25)
 */
const BUILT_INS: readonly BuiltIn[] = [
  {
    tool: "local_shell",
    call: "local_shell_call",
    output: "local_shell_call_output",
    member: "action",
    fixed: { type: "exec" },
    frame: {},
    description: "Runs a command on the user's machine and returns its output.",
    schema: {
      type: "object",
      properties: {
        command: { ...TEXTS, description: "The program and its arguments, one by one." },
        working_directory: TEXT,
        timeout_ms: NUMBER,
        env: { type: "object", additionalProperties: TEXT },
      },
      required: ["command"],
    },
  },
  {
    tool: "shell",
    call: "shell_call",
    output: "shell_call_output",
    member: "action",
    fixed: {},
    frame: {},
    description: "Runs shell commands on the user's machine and returns their outputs.",
    schema: {
      type: "object",
      properties: { commands: TEXTS, timeout_ms: NUMBER, max_output_length: NUMBER },
      required: ["commands"],
    },
  },
  {
    tool: "apply_patch",
    call: "apply_patch_call",
    output: "apply_patch_call_output",
    member: "operation",
    fixed: {},
    frame: {},
    description: "Creates, changes or deletes one file of the user's.",
    schema: {
      type: "object",
      properties: {
        type: { type: "string", enum: ["create_file", "update_file", "delete_file"] },
        path: TEXT,
        diff: { ...TEXT, description: "A V4A diff; none where the file is deleted." },
      },
      required: ["type", "path"],
    },
  },
  {
    tool: "tool_search",
    call: "tool_search_call",
    output: "tool_search_output",
    member: "arguments",
    fixed: {},
    frame: { execution: "client" },
    description: "Searches for tools that are not loaded yet, and loads those that it finds.",
    schema: { type: "object", properties: { query: TEXT }, required: ["query"] },
  },
];

/** The built-in that a tool of this kind is, where the client runs it; a hosted one is the server's. */
export function builtInOf(tool: JsonObject): BuiltIn | undefined {
  const found = builtInNamed(tool["type"]);
  if (found === undefined) return undefined;
  if (found.tool === "tool_search" && tool["execution"] !== "client") return undefined;
  return found.tool === "shell" && isHosted(tool["environment"]) ? undefined : found;
}

export function builtInNamed(name: unknown): BuiltIn | undefined {
  return BUILT_INS.find(({ tool }) => tool === name);
}

export function builtInByCall(type: string): BuiltIn | undefined {
  return BUILT_INS.find(({ call }) => call === type);
}

export function builtInByOutput(type: string): BuiltIn | undefined {
  return BUILT_INS.find(({ output }) => output === type);
}

/** A shell in a container of the provider's. */
function isHosted(environment: unknown): boolean {
  if (typeof environment !== "object" || environment === null) return false;
  return "type" in environment && environment.type !== "local";
}
