import { firstValue, type HeaderList } from "../../base/header-list.ts";
import type { ClientInfo } from "../../identity/client.ts";
import type { BodyFacts } from "./body-facts.ts";
import type { Facts } from "./facts.ts";

/** What a request is to the client that sends it, in the words of Claude Code's own header. */
export interface RequestClass {
  readonly name: string;
  /** False: the client did not say it, and it was recognised by what it sends. */
  readonly isTold: boolean;
}

/** What a request is recognised by. */
export interface Recognisable {
  readonly headers: HeaderList;
  readonly client: ClientInfo;
  readonly operation: string;
  readonly facts: Facts;
  readonly body: BodyFacts;
}

type Recognised = "main" | "subagent" | "compaction" | "auxiliary";

/** The class of a request for an answer; undefined where neither the client nor what it sends tells it. */
export function classOf(request: Recognisable): RequestClass | undefined {
  const told = request.client.requestClass;
  if (told !== undefined) return { name: told, isTold: true };
  if (request.operation !== "messages") return undefined;
  const { name = "" } = request.client;
  const recognise = CLIENTS.find(({ named }) => named.test(name))?.recognise;
  const found = recognise?.(request);
  return found === undefined ? undefined : { name: found, isTold: false };
}

const CLIENTS: readonly {
  readonly named: RegExp;
  readonly recognise: (request: Recognisable) => Recognised;
}[] = [
  { named: /^claude-cli$/, recognise: ofClaudeCode },
  { named: /^codex[_-]/, recognise: ofCodex },
  { named: /^GeminiCLI/, recognise: ({ body }) => (body.hasTools ? "main" : "auxiliary") },
];

/**
 * Without its header, which it sends to Anthropic's own address alone unless it is told to. Titles, digests of pages,
 * searches and classifiers bring no tools of the client's and do not think.
 *
 * @source claude-cli 2.1.197 and 2.1.329 on the wire (2026-11-21)
 */
function ofClaudeCode({ headers, client, facts, body }: Recognisable): Recognised {
  if (firstValue(headers, "x-claude-code-compaction") !== undefined) return "compaction";
  if (client.agentId !== undefined) return "subagent";
  if (facts.isQuotaProbe === true) return "auxiliary";
  if (!body.hasTools && !body.thinks) return "auxiliary";
  return SUMMARY.every((words) => body.tail.includes(words)) ? "compaction" : "main";
}

/** What `/compact` asks for, at the end of an ordinary request. */
const SUMMARY = ["create a detailed summary of the conversation so far", "<summary>"] as const;

/**
 * @source codex 0.169 on the wire (2026-11-21); `x-openai-subagent` from servers that know it: `review`, `compact`,
 *   `collab_spawn`, `memory_consolidation` (read 2026-11-26)
 */
function ofCodex({ headers, body }: Recognisable): Recognised {
  const subagent = firstValue(headers, "x-openai-subagent");
  if (subagent === undefined) return body.hasTools ? "main" : "auxiliary";
  if (subagent === "compact") return "compaction";
  return subagent === "memory_consolidation" ? "auxiliary" : "subagent";
}
