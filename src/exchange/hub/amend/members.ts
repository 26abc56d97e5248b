/** What is to be done about a member of a body that an upstream does not take. */
export interface Dispensable {
  /** What of the client's request goes with it, by its canonical name; undefined: nothing that it asked for. */
  readonly loses?: string;
  /** By what other name it may be said. */
  readonly instead?: string;
}

/**
 * Members without which the request is still the one that the client made, by their names in any dialect. What is not here, such
 * as tools, an answer's form, or `store: false`, is never left out.
 */
const DISPENSABLE: Readonly<Record<string, Dispensable>> = {
  temperature: { loses: "temperature" },
  top_p: { loses: "topP" },
  top_k: { loses: "topK" },
  stop: { loses: "stopSequences" },
  parallel_tool_calls: { loses: "parallelToolCalls" },
  metadata: { loses: "userId" },
  user: { loses: "userId" },
  safety_identifier: { loses: "userId" },
  prompt_cache_key: {},
  cache_control: { loses: "cache" },
  include: {},
  stream_options: {},
  max_tokens: { instead: "max_completion_tokens", loses: "maxTokens" },
  max_completion_tokens: { instead: "max_tokens", loses: "maxTokens" },
};

/** Undefined for a member that has to stay. */
export function dispensable(name: string): Dispensable | undefined {
  return Object.hasOwn(DISPENSABLE, name) ? DISPENSABLE[name] : undefined;
}
