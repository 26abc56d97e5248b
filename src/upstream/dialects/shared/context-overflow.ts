import type { UpstreamError } from "../../../canonical/index.ts";

const CODES: ReadonlySet<string> = new Set([
  "context_length_exceeded",
  "context_window_exceeded",
  "exceed_context_size_error",
  "too_many_prompt_tokens",
  "prompt_too_long",
  "model_max_prompt_tokens_exceeded",
]);

/** In whatever words servers say that a conversation is too long for the model. */
const WORDS: readonly RegExp[] = [
  /maximum (?:context|prompt) length/i,
  /context (?:length|window|size|limit).{0,40}\b(?:exceed|overflow|too (?:small|large|long))/i,
  /exceed\w*.{0,60}\bcontext (?:length|window|size|limit)/i,
  /(?:prompt|input|request|conversation) (?:is )?too long/i,
  /input tokens exceeded/i,
  /token count.{0,40}\bexceeds/i,
  /exceed\w*.{0,20}\btoken limit/i,
  /prompt exceeds max(?:imum)? length/i,
  /reduce the length of (?:the|your) (?:messages|prompt|input)/i,
  /too large for model with [0-9]+ maximum context/i,
];

/** How the two numbers are told together. */
const NUMBERS: readonly RegExp[] = [
  /maximum (?:context|prompt) length (?:is|of) (?<limit>[0-9,]+)[^(]{0,120}\((?<asked>[0-9,]+) in the messages,.{0,60}?(?<more>[0-9,]+) in the completion/i,
  /too large: (?<more>[0-9,]+)\. This model's maximum context length is (?<limit>[0-9,]+) tokens and your request has (?<asked>[0-9,]+) input tokens/i,
  /prompt is too long[^0-9]*(?<asked>[0-9,]+) tokens? > (?<limit>[0-9,]+)/i,
  /maximum (?:context|prompt) length (?:is|of) (?<limit>[0-9,]+)[^0-9]+(?<asked>[0-9,]+)/i,
  /token count (?:of )?\(?(?<asked>[0-9,]+)\)?[^0-9]+(?<limit>[0-9,]+)/i,
  /current length is (?<asked>[0-9,]+)[^0-9]+limit is (?<limit>[0-9,]+)/i,
  /token limit: (?<limit>[0-9,]+) \(requested: (?<asked>[0-9,]+)\)/i,
  /\((?<asked>[0-9,]+) tokens\) exceeds the available context size \((?<limit>[0-9,]+)/i,
  /exceed context limit: (?<asked>[0-9,]+) \+ (?<more>[0-9,]+) > (?<limit>[0-9,]+)/i,
];

/** How they are told apart from each other, with other numbers between them. */
const LIMIT =
  /(?:maximum (?:context|prompt) length (?:is|of)|context (?:window|length|size) (?:is|of)) (?<limit>[0-9,]+)/i;
const ASKED =
  /(?:requested|resulted in|request(?:ed)? contains|contains|have|prompt of|sent|got|of) (?:about |approximately |a total of )?(?<asked>[0-9,]+) (?:input )?tokens/gi;

type Tokens = NonNullable<UpstreamError["tokens"]>;

/**
 * Whether an error says that the conversation does not fit, which makes clients compact it. Not to be asked about a rate
 * limit, which is told in like words.
 */
export function isContextOverflow(message: string, codes: readonly string[] = []): boolean {
  return codes.some((code) => CODES.has(code)) || WORDS.some((words) => words.test(message));
}

/** The tokens asked for and allowed; undefined where they are not told, or make no sense together. */
export function overflowTokens(message: string): UpstreamError["tokens"] {
  const together = NUMBERS.map((pattern) => pattern.exec(message)?.groups);
  const limit = toNumber(LIMIT.exec(message)?.groups?.["limit"]);
  const apart = [...message.matchAll(ASKED)].map(({ groups }) => toNumber(groups?.["asked"]));
  const told = [
    ...together.map(
      (groups = {}): Tokens => ({
        asked: toNumber(groups["asked"]) + toNumber(groups["more"]),
        limit: toNumber(groups["limit"]),
        ...(groups["more"] === undefined ? {} : { answer: toNumber(groups["more"]) }),
      }),
    ),
    ...apart.map((asked): Tokens => ({ asked, limit })),
  ];
  return told.find((tokens) => tokens.limit > 0 && tokens.asked > tokens.limit);
}

function toNumber(digits = "0"): number {
  return Number(digits.replaceAll(",", ""));
}
