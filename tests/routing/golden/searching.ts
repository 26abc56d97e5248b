import {
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../../integration/scripted-upstream.ts";
import { SEARCH_TOOL, threePages } from "../../integration/search-bench.ts";
import { completion } from "../rig.ts";
import { asked, type Stage } from "./stage.ts";

/** A model that searches, by a server of ours. */
export async function openSearching(): Promise<{
  readonly stage: Stage;
  readonly search: ScriptedUpstream;
}> {
  const search = await startScriptedUpstream(threePages);
  const config = `search: { provider: searxng, url: "${search.url}" }\nbudgets: { allowUnpriced: true }\n`;
  const stage: Stage = {
    options: { config },
    cases: [
      {
        name: "searched",
        async run(bench) {
          let at = 0;
          bench.script("groq", () => {
            at += 1;
            return at === 1 ? SEARCHES : completion("groq", { model: "m" });
          });
          return await asked(bench, "groq/searches", {
            chain: "claude-opus-4-8",
            body: { tools: [SEARCH_TOOL] },
          });
        },
      },
    ],
  };
  return { stage, search };
}

const CALL = {
  id: "call_1",
  type: "function",
  function: { name: "web_search", arguments: '{"query":"news"}' },
};
const SEARCHES = {
  json: {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: null, tool_calls: [CALL] },
        finish_reason: "tool_calls",
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  },
};
