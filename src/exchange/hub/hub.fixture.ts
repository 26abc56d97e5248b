import { Secret } from "../../base/secret.ts";
import type { CanonicalRequest, StreamEvent } from "../../canonical/index.ts";
import { bindDialect } from "../../upstream/dialects/bind.ts";
import { EventObserver } from "../../upstream/dialects/observe-events.ts";
import { openAiChat, UNKNOWN_SERVER } from "../../upstream/dialects/openai-chat/index.ts";
import type { CanonicalClient } from "../dialect.ts";
import { CallLog } from "./call-log.ts";
import type { AnswerTranslation } from "./translation.ts";

export const ASKED: CanonicalRequest = {
  model: "a-model",
  maxTokens: 100,
  system: [],
  turns: [{ role: "user", content: [{ type: "text", text: "What is new?" }] }],
  tools: [],
  stream: true,
  stopSequences: [],
  extra: {},
};

/** A client that is told every event as a line of JSON. */
const LINES: CanonicalClient = {
  readRequest: () => ({ ok: true, value: ASKED }),
  openWriter: () => ({ push: (event) => `${JSON.stringify(event)}\n` }),
  ping: "ping\n",
  writeMessage: (message) => JSON.stringify(message),
  writeError: (error) => ({ status: error.status ?? 500, headers: [], body: error.message }),
};

/** The events that the client of lines was told. */
export function eventsIn(text: string): readonly StreamEvent[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): StreamEvent => JSON.parse(line));
}

/** An upstream of Chat Completions before a client of lines. */
export function chatTranslation(more: Partial<AnswerTranslation> = {}): AnswerTranslation {
  return {
    dialect: bindDialect(openAiChat, UNKNOWN_SERVER),
    context: { toolNames: new Map(), callIds: new Set() },
    client: LINES,
    facts: {
      requestId: "spx_1",
      request: ASKED,
      model: "a-model",
      estimatedInputTokens: 1,
      credential: "gateway",
    },
    sealing: undefined,
    isStream: true,
    observer: new EventObserver(),
    calls: new CallLog(() => 0),
    lossy: () => [],
    stored: { secret: new Secret("a stored key") },
    ...more,
  };
}
