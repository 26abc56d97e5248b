/** How upstreams of this dialect say that a request is longer than the model reads. */
const WORDINGS = [
  /exceeds the context window/i,
  /maximum context length/i,
  /context length exceeded/i,
  /exceed(?:s|ed)? (?:the )?(?:max(?:imum)? )?context (?:size|length|limit|window)/i,
  /prompt is too long/i,
  /prompt too long/i,
  /maximum prompt length/i,
];

const LIMIT =
  /(?:maximum (?:context|prompt) length (?:is|of)|context (?:window|length|size) (?:is|of)) (?<limit>\d[\d,]*)/i;
const ASKED =
  /(?:requested|resulted in|request(?:ed)? contains|contains|have|prompt of|sent|got|of) (?:about |approximately |a total of )?(?<asked>\d[\d,]*) (?:input )?tokens/gi;

export function saysOverflow(message: string): boolean {
  return WORDINGS.some((wording) => wording.test(message));
}

/** How many tokens were asked for and how many are possible; undefined unless both are told. */
export function overflowTokens(
  message: string,
): { readonly asked: number; readonly limit: number } | undefined {
  const limit = toNumber(LIMIT.exec(message)?.groups?.["limit"]);
  if (limit === undefined) return undefined;
  const numbers = [...message.matchAll(ASKED)].map(({ groups }) => toNumber(groups?.["asked"]));
  const asked = numbers.find((number) => number !== undefined && number > limit);
  return asked === undefined ? undefined : { asked, limit };
}

function toNumber(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits.replaceAll(",", ""));
}
