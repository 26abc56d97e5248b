import { brave } from "./brave.ts";
import type { SearchProvider } from "./contract.ts";
import { exa } from "./exa.ts";
import { searxng } from "./searxng.ts";
import { tavily } from "./tavily.ts";

/** By the names that the configuration has for them. */
export const SEARCH_PROVIDERS = { brave, exa, searxng, tavily } as const satisfies Readonly<
  Record<string, SearchProvider>
>;
