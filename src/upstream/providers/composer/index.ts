import { chatProvider } from "../chat-provider.ts";

/**
 * Composer has no API that others may call; a bridge on this machine makes one out of Cursor's own.
 * @source https://github.com/standardagents/composer-api/wiki (read 2026-11-25)
 */
export const provider = chatProvider({
  id: "composer",
  defaultBaseUrl: "http://127.0.0.1:8787/v1",
  needsKey: false,
  routerVariable: "CURSOR_API_KEY",
  claims: "composer-",
  traits: {
    images: "accepted",
    // quirk(composer): an agent answers, which takes neither temperature nor top_p.
    // source: https://github.com/lkonga/composer-api-docker (read 2026-11-25)
    sampling: { temperature: false, topP: false, topK: false },
  },
});
