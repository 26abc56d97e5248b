import type { CanonicalRequest, JsonObject } from "../../../canonical/index.ts";

/** Members of a request that stand for themselves. */
type Member = keyof Pick<
  CanonicalRequest,
  | "effort"
  | "maxTokens"
  | "outputFormat"
  | "parallelToolCalls"
  | "stopSequences"
  | "temperature"
  | "thinking"
  | "toolChoice"
  | "topK"
  | "topP"
  | "userId"
>;

/** Lists whose parts may hold something that cannot be said. */
export type Place = "tools[]" | "turns[]" | "content[]";

/**
 * What a request could not say, by its canonical name:
 *
 * - a member of the request: `maxTokens`, `thinking`;
 * - `prefill`: the answer's beginning, in a last turn of the assistant's;
 * - `cache`: marks of what a prompt cache is to keep, at a server that goes by them;
 * - `tools[].web_search`: a server tool by its kind without the version, `tools[].web_search.max_uses` an option of it, and
 *   `tools[].strict` or `tools[].schema` a member of a function;
 * - `turns[].tool_use` and `turns[].tool_result`: a call whose result is missing, a result whose call is;
 * - `content[].image`: a block by its type or kind, and `content[].title` a member of one.
 */
export type Loss = Member | "prefill" | "cache" | `${Place}.${string}`;

/** Notes what could not be said; the same name counts once. */
export type Lose = (what: Loss) => void;

/** Members that the writer of the answer goes by: what they ask for is done, whichever upstream it is. */
const DONE_HERE: ReadonlySet<string> = new Set([
  "stream_options",
  "tools[].functions",
  "tools[].namespace",
  "tools[].type",
]);

/** A note pad for one request. */
export interface Losses {
  readonly lose: Lose;
  /** Notes members that only the client's dialect knows: of the request itself, or of a part in `place`. */
  readonly loseExtra: (extra: JsonObject | undefined, place?: Place) => void;
  /** All that was noted, in the order in which it was. */
  readonly names: () => readonly string[];
}

export function makeLosses(): Losses {
  const found = new Set<string>();
  return {
    lose: (what) => void found.add(what),
    loseExtra: (extra = {}, place) => {
      for (const name of Object.keys(extra)) {
        const said = place === undefined ? name : `${place}.${name}`;
        if (!DONE_HERE.has(said)) found.add(said);
      }
    },
    names: () => [...found],
  };
}
