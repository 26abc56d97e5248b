import { firstValue, type HeaderList } from "../base/header-list.ts";

/** What a client says about itself and its work. Asserted, so never used to allow anything. */
export interface ClientInfo {
  readonly name?: string;
  readonly version?: string;
  readonly sessionId?: string;
  readonly agentId?: string;
  readonly parentAgentId?: string;
  readonly promptId?: string;
  readonly requestClass?: string;
}

/** Longer values are cut: they end up in a database column. */
const MAX_LENGTH = 200;

/** @source claude-cli requests and Anthropic's gateway protocol page (read 2026-11-21) */
const FIELDS = {
  sessionId: "x-claude-code-session-id",
  agentId: "x-claude-code-agent-id",
  parentAgentId: "x-claude-code-parent-agent-id",
  promptId: "x-claude-code-prompt-id",
  requestClass: "x-claude-code-request-class",
} as const satisfies Partial<Record<keyof ClientInfo, string>>;

/** Reads the attribution headers and the first product of the User-Agent (`claude-cli/2.1.329 (external, cli)`). */
export function readClientInfo(headers: HeaderList): ClientInfo {
  const info: Partial<Record<keyof ClientInfo, string>> = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const value = firstValue(headers, field);
    if (value !== undefined && isFieldName(name)) info[name] = value.slice(0, MAX_LENGTH);
  }
  return { ...info, ...readProduct(firstValue(headers, "user-agent") ?? "") };
}

/** `claude-cli/2.1.329 (…)`, or `Anthropic/JS 1.11.0` with a slash in the name itself. */
function readProduct(userAgent: string): Pick<ClientInfo, "name" | "version"> {
  const [product = "", next = ""] = userAgent.slice(0, MAX_LENGTH).split(" ", 2);
  if (product === "") return {};
  const slash = product.lastIndexOf("/");
  const version = product.slice(slash + 1);
  if (slash > 0 && /^\d/.test(version)) return { name: product.slice(0, slash), version };
  return /^\d/.test(next) ? { name: product, version: next } : { name: product };
}

function isFieldName(name: string): name is keyof typeof FIELDS {
  return name in FIELDS;
}
