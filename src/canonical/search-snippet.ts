import { SEAL_MARK } from "./provenance.ts";

/** What the id of a search begins with that was run here; other makers' servers know nothing of it. */
export const OWN_SEARCH_ID = "srvtoolu_spw1_";

const MARK = `${SEAL_MARK}search.`;

/**
 * What a found page said, as the `encrypted_content` of a search result: clients send it back unseen, and the model can be told
 * again. It proves nothing, for it says no more than the client could say itself.
 */
export function packSnippet(snippet: string): string {
  return MARK + Buffer.from(snippet).toString("base64url");
}

/** Undefined for content that was not packed here. */
export function openSnippet(content: unknown): string | undefined {
  if (typeof content !== "string" || !content.startsWith(MARK)) return undefined;
  return Buffer.from(content.slice(MARK.length), "base64url").toString("utf8");
}
