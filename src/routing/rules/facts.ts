/** What a rule can ask of a request. Whole numbers are `bigint`, as the language has them. */
export interface RuleFacts {
  readonly model: string;
  readonly tier: string;
  readonly provider: string;
  readonly dialect: string;
  readonly operation: string;
  readonly stream: boolean;
  readonly principal: string;
  readonly organisation: string;
  readonly key: string;
  readonly keyId: string;
  readonly client: string;
  readonly clientVersion: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly class: string;
  readonly background: boolean;
  readonly title: boolean;
  readonly longContext: boolean;
  readonly thinking: boolean;
  readonly webSearch: boolean;
  readonly image: boolean;
  readonly inputTokens: bigint;
  readonly hour: bigint;
  readonly weekday: bigint;
  readonly budgetUsed: number;
  /** Undefined: not known, and a rule that asks for it does not match. */
  readonly fiveHourUsed: number | undefined;
  readonly sevenDayUsed: number | undefined;
  readonly places: readonly string[];
}

export type FactName = keyof RuleFacts;

/** A fact as expressions and people know it. */
export interface FactSpec {
  /** In the words of the language. */
  readonly type: "string" | "bool" | "int" | "double" | "map<string, string>" | "list<string>";
  readonly description: string;
}

/** More input than this is long; Anthropic's prices for long context began there. */
export const LONG_CONTEXT_TOKENS = 200_000;

/** Every fact, for the expressions, the error messages and the reference page. */
export const RULE_FACTS: Readonly<Record<FactName, FactSpec>> = {
  model: {
    type: "string",
    description: "The model as the client names it; empty where it names none.",
  },
  tier: {
    type: "string",
    description: "`opus`, `sonnet` or `haiku` for Claude's families, `other` for everything else.",
  },
  provider: {
    type: "string",
    description: "What stands before the first slash of the model's name; empty without one.",
  },
  dialect: {
    type: "string",
    description: "What the client speaks, such as `openai-chat`.",
  },
  operation: { type: "string", description: "`messages`, `count_tokens` or `embeddings`." },
  stream: { type: "bool", description: "Whether the answer is to stream." },
  principal: {
    type: "string",
    description: "Who calls: the key's principal, or this machine's user.",
  },
  organisation: { type: "string", description: "Whose key it is; `local` without one." },
  key: { type: "string", description: "Name of the Spillway key; empty without one." },
  keyId: { type: "string", description: "Its id; empty without one." },
  client: {
    type: "string",
    description: "The client's name, such as `claude-cli`, `codex_exec`, `GeminiCLI-tui`.",
  },
  clientVersion: {
    type: "string",
    description:
      'Its version, such as `2.1.329`; compare it with `clientVersion.atLeast("2.1.300")`.',
  },
  headers: {
    type: "map<string, string>",
    description:
      'The request\'s header fields, names in lower case, several values joined with `, `. Credentials and cookies are not among them. A field that is not there is an error, so ask `"x-team" in headers &&` first.',
  },
  class: {
    type: "string",
    description:
      "What the request is to its client, as its header says or as it was recognised: `main`, `subagent`, `workflow`, `compaction` or `auxiliary`; empty where nobody can tell.",
  },
  background: {
    type: "bool",
    description:
      "What the client does beside the conversation: titles, digests, classifiers (class `auxiliary`).",
  },
  title: { type: "bool", description: "A title for the session is asked for." },
  longContext: { type: "bool", description: "More than 200,000 tokens of input, by the estimate." },
  thinking: { type: "bool", description: "The model is to think." },
  webSearch: {
    type: "bool",
    description: "The provider's own web search is offered to the model.",
  },
  image: { type: "bool", description: "There is an image in the conversation." },
  inputTokens: {
    type: "int",
    description: "Tokens of input, estimated at four bytes of the body for one.",
  },
  hour: { type: "int", description: "0 to 23, in the configured time zone." },
  weekday: { type: "int", description: "1 (Monday) to 7 (Sunday), in the configured time zone." },
  budgetUsed: {
    type: "double",
    description:
      "Percentage used of the caller's fullest budget, the overflow's cap included; 0 without one.",
  },
  fiveHourUsed: {
    type: "double",
    description:
      "Percentage used of the subscription's 5-hour window; an error where it is not known.",
  },
  sevenDayUsed: {
    type: "double",
    description:
      "Percentage used of the subscription's 7-day window; an error where it is not known.",
  },
  places: {
    type: "list<string>",
    description: 'Places that data policies ask for, such as `"us" in places`.',
  },
};

export const FACT_NAMES = Object.keys(RULE_FACTS).filter(
  (name): name is FactName => name in RULE_FACTS,
);
