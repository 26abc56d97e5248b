import type { KnownBetas } from "../../dialects/bind.ts";

/** Betas as rawPredict treats them. It names those that it does not know, so that nothing has to be known of the others. */
export const BETAS: KnownBetas = {
  refused: [
    // source: https://github.com/anthropics/claude-code/issues/21625 (read 2026-11-26)
    "prompt-caching-scope-2026-01-05",
    // source: https://github.com/QuantumNous/new-api/issues/2975 (read 2026-11-26)
    "structured-outputs-2025-12-15",
    // source: https://github.com/BerriAI/litellm at 030dd40, anthropic_beta_headers_config.json (read 2026-11-26)
    "advanced-tool-use-2025-11-20",
    "advisor-tool-2026-03-01",
    "code-execution-2025-08-25",
    "fast-mode-2026-02-01",
    "files-api-2025-04-14",
    "mcp-client-2025-04-04",
    "mcp-client-2025-11-20",
    "skills-2025-10-02",
    "web-fetch-2025-09-10",
  ],
  taken: [],
};
