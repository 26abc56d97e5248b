import type { KnownBetas } from "../../dialects/bind.ts";

/** Betas as InvokeModel treats them; it says of a request that one of them is not known, and not which. */
export const BETAS: KnownBetas = {
  refused: [
    // source: https://github.com/router-for-me/CLIProxyAPI/issues/4750, each tried by itself (read 2026-11-26)
    "oauth-2025-04-20",
    "prompt-caching-scope-2026-01-05",
    "fast-mode-2026-02-01",
    "redact-thinking-2026-02-12",
    "token-efficient-tools-2026-03-28",
    // source: https://github.com/anthropics/claude-code/issues/56595 (read 2026-11-26)
    "extended-cache-ttl-2025-04-11",
    // source: https://github.com/BerriAI/litellm/pull/19875 and /19373 (read 2026-11-26)
    "mcp-servers-2025-12-04",
    "advanced-tool-use-2025-11-20",
    // source: https://github.com/aws-samples/sample-connector-for-bedrock/pull/123 (read 2026-11-26)
    "advisor-tool-2026-03-01",
    "files-api-2025-04-14",
    // source: https://github.com/BerriAI/litellm at 030dd40, anthropic_beta_headers_config.json (read 2026-11-26)
    "code-execution-2025-08-25",
    "mcp-client-2025-04-04",
    "mcp-client-2025-11-20",
    "skills-2025-10-02",
    "web-fetch-2025-09-10",
  ],
  taken: [
    // source: https://github.com/router-for-me/CLIProxyAPI/issues/4750 (read 2026-11-26)
    "claude-code-20250219",
    "interleaved-thinking-2025-05-14",
    "context-management-2025-06-27",
    "structured-outputs-2025-12-15",
    // source: https://github.com/BerriAI/litellm/pull/19875, after AWS's own list (read 2026-11-26)
    "computer-use-2025-01-24",
    "dev-full-thinking-2025-05-14",
    "effort-2025-11-24",
    "output-128k-2025-02-19",
    "token-efficient-tools-2025-02-19",
    "tool-examples-2025-10-29",
    "tool-search-tool-2025-10-19",
    // source: https://github.com/BerriAI/litellm at 030dd40, anthropic_beta_headers_config.json (read 2026-11-26)
    "dangerous-tool-use-2026-09-03",
    "mid-conversation-tool-changes-2026-07-01",
    "thinking-display-updates-2026-08-18",
  ],
};
