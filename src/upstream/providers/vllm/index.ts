import { anthropicProvider } from "../anthropic-provider.ts";

/** A vLLM of one's own. @source https://docs.vllm.ai/en/stable/serving/integrations/claude_code/ (read 2026-11-25) */
export const provider = anthropicProvider({
  id: "vllm",
  defaultBaseUrl: "http://127.0.0.1:8000",
  needsKey: false,
  traits: {
    // quirk(vllm): there is no `thinking`, but efforts and system turns are understood; other members are ignored.
    // source: https://github.com/vllm-project/vllm/blob/00589e5/vllm/entrypoints/anthropic/protocol.py (read 2026-11-25)
    thinking: "none",
    efforts: ["low", "medium", "high", "xhigh", "max"],
    hasSystemTurns: true,
  },
});
