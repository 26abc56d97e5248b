/** How a model can be asked to think: OpenAI's effort, Nova's level, Claude's budget; undefined: not at all. */
export type Reasoning = "effort" | "level" | "budget" | undefined;

/** What a model takes of what Converse can say; what it does not know is a 400. */
export interface ConverseTraits {
  readonly images: boolean;
  readonly documents: boolean;
  /** Images in the results of tools. */
  readonly resultImages: boolean;
  /** Whether a call can be forced, or can be left to the model alone. */
  readonly forcesTools: boolean;
  /** Cache points, of which it takes so many. */
  readonly cachePoints: number;
  readonly reasoning: Reasoning;
  /** The name of the member for `topK`, in a path; undefined: it has none. */
  readonly topK: readonly string[] | undefined;
  /** An answer's form can be asked for by a schema. */
  readonly formats: boolean;
  readonly stopSequences: boolean;
}

/** Of a model of which nothing is known but that Converse has it. */
const UNKNOWN: ConverseTraits = {
  images: false,
  documents: false,
  resultImages: false,
  forcesTools: false,
  cachePoints: 0,
  reasoning: undefined,
  topK: undefined,
  formats: false,
  stopSequences: true,
};

/**
 * By what the id begins with, behind the geography of a profile.
 * @source https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html and
 * /prompt-caching.html, https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-converse-api.html (read 2026-11-26)
 */
const FAMILIES: readonly (readonly [RegExp, Partial<ConverseTraits>])[] = [
  [
    /^amazon\.nova-2/,
    {
      images: true,
      documents: true,
      resultImages: true,
      forcesTools: true,
      cachePoints: 4,
      reasoning: "level",
    },
  ],
  [
    /^amazon\.nova-(?!micro|canvas|reel|sonic)/,
    {
      images: true,
      documents: true,
      resultImages: true,
      forcesTools: true,
      cachePoints: 4,
      topK: ["inferenceConfig", "topK"],
    },
  ],
  [/^amazon\.nova-micro/, { forcesTools: true, cachePoints: 4, topK: ["inferenceConfig", "topK"] }],
  [
    /(?:^|\/)(?:anthropic\.)?claude|application-inference-profile/,
    {
      images: true,
      documents: true,
      resultImages: true,
      forcesTools: true,
      cachePoints: 4,
      reasoning: "budget",
      topK: ["top_k"],
      formats: true,
    },
  ],
  [/^openai\./, { reasoning: "effort", stopSequences: false }],
  [/^meta\.llama(?:4|3-2-(?:11|90)b)/, { images: true, documents: true }],
  [/^meta\./, { documents: true }],
  [/^mistral\.(?:mistral-large|pixtral)/, { documents: true, forcesTools: true }],
  [/^(?:mistral|cohere|ai21)\./, { documents: true }],
];

/** What is known of a model by its id without a geography; of others the least is expected. */
export function converseTraits(model: string): ConverseTraits {
  const [, special] = FAMILIES.find(([pattern]) => pattern.test(model)) ?? [];
  return { ...UNKNOWN, ...special };
}
