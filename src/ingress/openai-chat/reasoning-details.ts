import type { JsonObject } from "../../canonical/index.ts";

/**
 * Joins the pieces of a text that a stream brought one by one: those of one index, up to the one with the signature.
 * @source https://openrouter.ai/docs/guides/best-practices/reasoning-tokens (read 2026-11-25)
 */
export function joinPieces(details: readonly JsonObject[]): readonly JsonObject[] {
  const joined: JsonObject[] = [];
  let texts: string[] = [];
  for (const detail of details) {
    const last = joined.at(-1);
    if (last !== undefined && isContinued(last, detail)) {
      texts.push(textIn(detail));
      joined[joined.length - 1] = { ...last, ...detail };
    } else {
      settle(joined, texts);
      texts = [textIn(detail)];
      joined.push(detail);
    }
  }
  settle(joined, texts);
  return joined;
}

/** Writes the whole text once all of its pieces are known: a piece at a time would copy a long one over and over. */
function settle(joined: JsonObject[], texts: readonly string[]): void {
  const last = joined.at(-1);
  if (last !== undefined && texts.length > 1) {
    joined[joined.length - 1] = { ...last, text: texts.join("") };
  }
}

function isContinued(last: JsonObject, next: JsonObject): boolean {
  return (
    last["type"] === "reasoning.text" &&
    next["type"] === "reasoning.text" &&
    last["index"] === next["index"] &&
    typeof last["signature"] !== "string"
  );
}

function textIn({ text }: JsonObject): string {
  return typeof text === "string" ? text : "";
}
