import { EACH, type MemberPath } from "../../../base/json-cut.ts";

/** What a beta of Anthropic's has to do with a body. */
export interface BetaFeature {
  /** Members that only those send who send the beta: they go with it. */
  readonly members: readonly MemberPath[];
  /** What stands in a body that means nothing without the beta: such a one keeps it. */
  readonly needs: readonly string[];
}

/** Where marks for caching are. */
const MARKED: readonly MemberPath[] = [
  ["system", EACH],
  ["tools", EACH],
  ["messages", EACH, "content", EACH],
  ["messages", EACH, "content", EACH, "content", EACH],
].map((place) => [...place, "cache_control"]);
const NOTHING: BetaFeature = { members: [], needs: [] };

function inBody(...members: readonly MemberPath[]): BetaFeature {
  return { members, needs: [] };
}

function inTools(...names: readonly string[]): BetaFeature {
  return inBody(...names.map((name) => ["tools", EACH, name]));
}

function ofMarks(name: string): BetaFeature {
  return inBody(...MARKED.map((mark) => [...mark, name]));
}

function onlyWith(...needs: readonly string[]): BetaFeature {
  return { members: [], needs };
}

/**
 * By the beta's name without its date. What is not here may bring members of which nothing is known.
 *
 * @source https://platform.claude.com/docs/en/api/beta/messages/create and /docs/en/api/beta-headers; claude-cli 2.1.197 and
 * 2.1.329 by their requests (read 2026-11-26)
 */
const FEATURES: Readonly<Record<string, BetaFeature>> = {
  "advanced-tool-use": {
    ...inTools("defer_loading", "input_examples", "allowed_callers"),
    needs: ['"tool_search_tool_', '"tool_reference"', '"code_execution_'],
  },
  "advisor-tool": onlyWith('"advisor_'),
  "cache-diagnosis": inBody(["diagnostics"]),
  "claude-code": NOTHING,
  "code-execution": onlyWith('"code_execution_', '"container"'),
  compact: onlyWith('"compact_'),
  "computer-use": onlyWith('"computer_'),
  "context-1m": NOTHING,
  "context-management": inBody(["context_management"]),
  "dev-full-thinking": NOTHING,
  effort: inBody(["output_config", "effort"]),
  // Where the beta is not known, what it brought is taken all the same.
  "extended-cache-ttl": NOTHING,
  "fallback-credit": inBody(["fallback_credit_token"]),
  "fast-mode": inBody(["speed"]),
  "files-api": onlyWith('"file_id"'),
  "fine-grained-tool-streaming": inTools("eager_input_streaming"),
  "interleaved-thinking": NOTHING,
  "mcp-client": onlyWith('"mcp_'),
  "mcp-servers": onlyWith('"mcp_servers"'),
  "mid-conversation-output-config": inBody(["messages", EACH, "output_config"]),
  "mid-conversation-system-clear-at": inBody(["messages", EACH, "clear_at"]),
  "mid-conversation-system": onlyWith('"role":"system"', '"role": "system"'),
  "mid-conversation-tool-changes": onlyWith('"tool_addition"', '"tool_removal"'),
  "model-context-window-exceeded": NOTHING,
  oauth: NOTHING,
  "output-128k": NOTHING,
  "output-300k": NOTHING,
  "prompt-caching-scope": ofMarks("scope"),
  "prompt-caching": NOTHING,
  "redact-thinking": NOTHING,
  "server-side-fallback": inBody(["fallbacks"]),
  skills: onlyWith('"container"'),
  "structured-outputs": { ...inTools("strict"), needs: ['"json_schema"'] },
  "task-budgets": inBody(["output_config", "task_budget"]),
  "thinking-binding-controls": inBody(["thinking", "block_binding"]),
  "thinking-token-count": NOTHING,
  "token-counting": NOTHING,
  "token-efficient-tools": NOTHING,
  "tool-examples": inTools("input_examples"),
  "tool-search-tool": {
    ...inTools("defer_loading"),
    needs: ['"tool_search_tool_', '"tool_reference"'],
  },
  "web-fetch": onlyWith('"web_fetch_'),
  "web-search": onlyWith('"web_search_'),
};

/** What is known of a beta; undefined: nothing. */
export function featureOf(beta: string): BetaFeature | undefined {
  const name = beta.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, "");
  return Object.hasOwn(FEATURES, name) ? FEATURES[name] : undefined;
}

/** Every member that some beta brings, or brought. */
export const BETA_MEMBERS: readonly MemberPath[] = [
  ...Object.values(FEATURES).flatMap(({ members }) => members),
  ...ofMarks("ttl").members,
];

/** Whether it is known where a member, or what holds it, comes from. */
export function isKnownMember(member: MemberPath): boolean {
  return BETA_MEMBERS.some((known) => member.every((step, at) => known[at] === step));
}
