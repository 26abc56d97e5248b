import { askingForOverflow } from "./custom-headers.ts";

/** One variable that connecting sets in Claude Code, and why. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly reason: string;
  /** A user's own other value stays, and is reported. Without it the value is needed and theirs is remembered. */
  readonly keepsOwnValue: boolean;
}

export interface VariableChoices {
  readonly baseUrl: string;
  /** Names the models that Claude Code budgets with a context window of a million tokens. */
  readonly oneMillion: boolean;
  readonly traceparent: boolean;
  /** Names the models behind Claude Code's aliases. */
  readonly pinModels: boolean;
  readonly overflow: boolean;
  /** What the user has now, by name; model ids are taken from it. */
  readonly current: Readonly<Record<string, unknown>>;
}

/** Stops features as a side effect, model discovery among them in versions before 2.1.257. */
export const NO_TRAFFIC = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC";

/**
 * The variables that connect Claude Code, then those that give back what it switches off behind a base URL of one's own.
 *
 * @source https://code.claude.com/docs/en/llm-gateway-protocol and https://code.claude.com/docs/en/env-vars (read 2026-11)
 */
export function variablesFor(choices: VariableChoices): readonly Variable[] {
  const hasNoTraffic = (choices.current[NO_TRAFFIC] ?? "") !== "";
  return [
    {
      name: "ANTHROPIC_BASE_URL",
      value: choices.baseUrl,
      reason: "Sends Claude Code's requests to Spillway. Your saved login stays in use.",
      keepsOwnValue: false,
    },
    {
      name: "ENABLE_TOOL_SEARCH",
      value: "true",
      reason: "MCP tools are found when needed; without it all their definitions fill the context.",
      keepsOwnValue: true,
    },
    {
      name: "CLAUDE_CODE_ENABLE_FINE_GRAINED_TOOL_STREAMING",
      value: "1",
      reason: "Long tool inputs arrive as they are written, not all at once at the end.",
      keepsOwnValue: true,
    },
    {
      name: "CLAUDE_CODE_GATEWAY_HINT_HEADERS",
      value: "1",
      reason:
        "Says of each request whether it is the main agent, a subagent, a compaction or a helper, " +
        "and which of your prompts caused it, so that costs can be told apart.",
      keepsOwnValue: true,
    },
    ...(hasNoTraffic ? [] : [DISCOVERY]),
    {
      name: "CLAUDE_CODE_SKIP_FAST_MODE_ORG_CHECK",
      value: "1",
      reason: "Keeps fast mode on offer; its check does not work behind another base URL.",
      keepsOwnValue: true,
    },
    ...(choices.overflow ? [overflowHeader(choices.current)] : []),
    ...(choices.oneMillion ? oneMillionModels(choices.current) : []),
    ...(choices.pinModels ? pinnedModels(choices) : []),
    ...(choices.traceparent ? [TRACEPARENT] : []),
  ];
}

const DISCOVERY: Variable = {
  name: "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY",
  value: "1",
  reason:
    "Lists Spillway's models in /model. With a saved login Claude Code does not ask for them; " +
    "spillway seed-models writes them for it.",
  keepsOwnValue: true,
};

const TRACEPARENT: Variable = {
  name: "CLAUDE_CODE_PROPAGATE_TRACEPARENT",
  value: "1",
  reason: "Joins Claude Code's traces with Spillway's.",
  keepsOwnValue: true,
};

/** Claude Code's own defaults for its aliases. source: https://platform.claude.com/docs/en/about-claude/models/overview (read 2026-11) */
const DEFAULT_MODELS = [
  ["ANTHROPIC_DEFAULT_OPUS_MODEL", "claude-opus-5-5"],
  ["ANTHROPIC_DEFAULT_SONNET_MODEL", "claude-sonnet-5-5"],
  ["ANTHROPIC_DEFAULT_HAIKU_MODEL", "claude-haiku-5-5"],
] as const;
const HAIKU = "ANTHROPIC_DEFAULT_HAIKU_MODEL";

const CUSTOM_HEADERS = "ANTHROPIC_CUSTOM_HEADERS";

function overflowHeader(current: Readonly<Record<string, unknown>>): Variable {
  return {
    name: CUSTOM_HEADERS,
    value: askingForOverflow(current[CUSTOM_HEADERS]),
    reason:
      "Lets requests go on with the stored key when your plan is full. Header fields of your own stay.",
    keepsOwnValue: false,
  };
}

/** Those that `--one-million` names already are left to it. */
function pinnedModels({ oneMillion }: VariableChoices): readonly Variable[] {
  return DEFAULT_MODELS.filter(([name]) => !oneMillion || name === HAIKU).map(([name, value]) => ({
    name,
    value,
    reason: "Pins the model behind the alias, so mind it when a newer one appears.",
    keepsOwnValue: true,
  }));
}

function oneMillionModels(current: Readonly<Record<string, unknown>>): readonly Variable[] {
  return DEFAULT_MODELS.filter(([name]) => name !== HAIKU).map(([name, newest]) => {
    const own = current[name];
    const model = typeof own === "string" && own !== "" ? own : newest;
    return {
      name,
      value: model.endsWith("[1m]") ? model : `${model}[1m]`,
      reason:
        "Behind another base URL Claude Code budgets 200k tokens of context unless the model's id " +
        "ends in [1m]. It also pins the model, so mind it when a newer one appears.",
      keepsOwnValue: false,
    };
  });
}

/** Why a text cannot be Claude Code's base URL, with the remedy; undefined when it can. */
export function baseUrlProblem(text: string): string | undefined {
  if (/[<>]/.test(text)) return "has angle brackets; write the bare URL";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return "is not an http or https URL such as http://127.0.0.1:4080";
  }
  if (/\/v1\/?$/.test(url.pathname)) {
    return "ends in /v1, which Claude Code adds itself; leave it out";
  }
  if (url.search !== "" || url.hash !== "") return "has a query or a fragment; leave it out";
  if (url.username !== "" || url.password !== "") return "has a user name in it; leave it out";
  return undefined;
}
