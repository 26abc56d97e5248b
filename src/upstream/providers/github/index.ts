import { chatProvider } from "../chat-provider.ts";

/**
 * GitHub Models, which was retired on 2026-07-30: for installations that still have one behind a URL of their own.
 * @source https://docs.github.com/en/github-models/quickstart (read 2026-11-25)
 * @source https://github.com/orgs/community/discussions/203602 (read 2026-11-25)
 */
export const provider = chatProvider({
  id: "github",
  defaultBaseUrl: "https://models.github.ai",
  under: "/inference",
  checkPath: "/catalog/models",
});
