/** A client that gives up at its first failure, by the first product of its User-Agent. */
interface Patience {
  readonly name: RegExp;
  readonly repetitions: number;
}

/**
 * What is repeated here for clients that repeat nothing themselves. All others are shown what failed: Claude Code repeats ten
 * times, Codex thirty, Gemini's ten, the SDKs of Anthropic and OpenAI twice, and of a client that is not known nobody knows.
 * @source own runs against scripted upstreams (2026-11-21); https://curl.se/docs/manpage.html#--retry (read 2026-11-26)
 */
const IMPATIENT: readonly Patience[] = [
  { name: /^google-genai-sdk$/i, repetitions: 2 },
  { name: /^curl$/i, repetitions: 2 },
];

/** How often a candidate is asked again where nothing else may answer. */
export function repetitionsFor(client: string | undefined): number {
  return IMPATIENT.find(({ name }) => name.test(client ?? ""))?.repetitions ?? 0;
}
