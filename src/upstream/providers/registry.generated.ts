// Generated from the folders beside it: npm run generate
import { provider as anthropicCompatible } from "./anthropic-compatible/index.ts";
import { provider as azure } from "./azure/index.ts";
import { provider as bedrock } from "./bedrock/index.ts";
import { provider as cerebras } from "./cerebras/index.ts";
import { provider as cohere } from "./cohere/index.ts";
import { provider as composer } from "./composer/index.ts";
import { provider as deepseek } from "./deepseek/index.ts";
import { provider as fireworks } from "./fireworks/index.ts";
import { provider as foundry } from "./foundry/index.ts";
import { provider as gemini } from "./gemini/index.ts";
import { provider as github } from "./github/index.ts";
import { provider as groq } from "./groq/index.ts";
import { provider as huggingface } from "./huggingface/index.ts";
import { provider as litellm } from "./litellm/index.ts";
import { provider as lmstudio } from "./lmstudio/index.ts";
import { provider as minimax } from "./minimax/index.ts";
import { provider as mistral } from "./mistral/index.ts";
import { provider as moonshot } from "./moonshot/index.ts";
import { provider as nebius } from "./nebius/index.ts";
import { provider as nvidia } from "./nvidia/index.ts";
import { provider as ollama } from "./ollama/index.ts";
import { provider as openai } from "./openai/index.ts";
import { provider as openaiCompatible } from "./openai-compatible/index.ts";
import { provider as openrouter } from "./openrouter/index.ts";
import { provider as perplexity } from "./perplexity/index.ts";
import { provider as qwen } from "./qwen/index.ts";
import { provider as together } from "./together/index.ts";
import { provider as vertex } from "./vertex/index.ts";
import { provider as vllm } from "./vllm/index.ts";
import { provider as xai } from "./xai/index.ts";
import { provider as zai } from "./zai/index.ts";
import type { ProviderDefinition } from "./provider.ts";

/** Every provider of another dialect, by its id. */
export const PROVIDERS: ReadonlyMap<string, ProviderDefinition> = new Map(
  [anthropicCompatible, azure, bedrock, cerebras, cohere, composer, deepseek, fireworks, foundry, gemini, github, groq, huggingface, litellm, lmstudio, minimax, mistral, moonshot, nebius, nvidia, ollama, openai, openaiCompatible, openrouter, perplexity, qwen, together, vertex, vllm, xai, zai].map((provider) => [provider.id, provider] as const),
);
