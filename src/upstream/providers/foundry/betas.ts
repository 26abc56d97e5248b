import type { KnownBetas } from "../../dialects/bind.ts";

/** Betas as Foundry treats them: what is hosted on Azure knows fewer than what Anthropic hosts, and names those that it does not. */
export const BETAS: KnownBetas = {
  // source: https://github.com/BerriAI/litellm at 030dd40, anthropic_beta_headers_config.json (read 2026-11-26)
  refused: ["fast-mode-2026-02-01"],
  taken: [],
};
