import assert from "node:assert/strict";
import { failure, type Responder } from "../upstream/answer.ts";
import { messagesApi } from "../upstream/messages-api.ts";
import type { ModelApi } from "../upstream/model-api.ts";

/** Of a first and a second thought. */
export type Proofs = readonly [string, string];

export const CLAUDE_MODEL = "claude-sonnet-5-5";
export const CLAUDE_PROOFS: Proofs = [
  "c2lnbmF0dXJlLW9mLWNsYXVkZS1vbmU=",
  "c2lnbmF0dXJlLW9mLWNsYXVkZS10d28=",
];
export const AFAR_PROOFS: Proofs = ["cHJvb2Ytb2YtYWZhci1vbmU=", "cHJvb2Ytb2YtYWZhci10d28="];
export const GEMINI_STAND_IN = "Y29udGV4dF9lbmdpbmVlcmluZ19pc190aGVfd2F5X3RvX2dv";
/** What the gateway marks other providers' thinking with. */
export const SEAL = "spw1.";

/** A turn with a tool and a turn with a text, both with signed thinking. */
export function thinkingTurns(
  api: ModelApi,
  [first, second]: Proofs,
  text = "Thought.",
): readonly [Responder, Responder] {
  const id = `call_${api.dialect.length}`;
  const input = { command: "echo looked", description: "look" };
  return [
    api.answer({ reasoning: "Look.", proof: first, calls: [{ id, name: "Bash", input }] }),
    api.answer({ reasoning: "Say so.", proof: second, text }),
  ];
}

/** As Anthropic does: a signature that it did not make is a 400. */
export function ownThinkingOnly(responder: Responder): Responder {
  return (request, serial) => {
    const foreign = messagesApi
      .proofsIn(request.json())
      .filter((signature) => !CLAUDE_PROOFS.includes(signature));
    return foreign.length === 0
      ? responder(request, serial)
      : failure(400, "messages.1.content.0: Invalid `signature` in `thinking` block")(
          request,
          serial,
        );
  };
}

/** None of these words is anywhere in a body. */
export function assertHasNone(body: Buffer, foreign: readonly string[]): void {
  const text = body.toString("utf8");
  for (const word of foreign) assert.ok(!text.includes(word), `${word} was sent`);
}
