import {
  ANSWER_HEADERS,
  blockDelta,
  blockStart,
  CLAUDE_EVENTS,
  CLAUDE_HEADERS,
  COMMON_HEADERS,
  claudeBody,
  claudeEvents,
  inBursts,
  MESSAGES,
  MODEL,
  messageStart,
  STREAM_HEADERS,
  usage,
} from "./claude-traffic.ts";
import { prose } from "./prose.ts";
import type { Traffic } from "./traffic-shape.ts";
import { type TranslatedName, translatedTraffic } from "./translated-traffic.ts";

/** What the bench sends and what it is answered: made by code, the same bytes on every run. */

export type TrafficName = "small" | "claude" | "open" | TranslatedName;

/** Longer than any stream of the bench is held open. */
const OPEN_EVENTS = 900;
/** `burst` is the number of stream events that the upstream writes at once. */
export function makeTraffic(name: TrafficName, burst: number): Traffic {
  switch (name) {
    case "small":
      return smallTraffic();
    case "claude":
      return claudeTraffic(burst);
    case "open":
      return openTraffic();
    default:
      return translatedTraffic(name, burst);
  }
}

function smallTraffic(): Traffic {
  const request = {
    model: MODEL,
    max_tokens: 1024,
    messages: [{ role: "user", content: prose(1, 900) }],
  };
  const answer = Buffer.from(
    JSON.stringify({
      model: MODEL,
      id: "msg_01BenchBenchBenchBenchBe",
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: prose(2, 1_400) }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: usage(310),
    }),
  );
  return {
    target: MESSAGES,
    requestHeaders: [
      ...COMMON_HEADERS,
      ["User-Agent", "Anthropic/JS 1.11.0"],
      ["X-Stainless-Lang", "js"],
      ["X-Stainless-Package-Version", "1.11.0"],
      ["X-Stainless-Retry-Count", "0"],
      ["Authorization", "Bearer sk-ant-oat01-bench-bench-bench"],
    ],
    requestBody: Buffer.from(JSON.stringify(request)),
    answerHeaders: [
      "Content-Type",
      "application/json",
      "Content-Length",
      String(answer.length),
      ...ANSWER_HEADERS,
    ],
    answerPieces: [answer],
    answerBody: answer,
  };
}

function claudeTraffic(burst: number): Traffic {
  const answerPieces = inBursts(claudeEvents(CLAUDE_EVENTS), burst);
  return {
    target: MESSAGES,
    requestHeaders: CLAUDE_HEADERS,
    requestBody: claudeBody(),
    answerHeaders: STREAM_HEADERS,
    answerPieces,
    answerBody: Buffer.concat(answerPieces),
  };
}

/** A stream that begins and then says one thing a second: the first piece is its beginning, the others come in time. */
function openTraffic(): Traffic {
  const begin = [messageStart(), blockStart({ type: "text", text: "" })].join("");
  const delta = Buffer.from(blockDelta({ type: "text_delta", text: prose(5, 40) }));
  const answerPieces = [Buffer.from(begin), ...new Array<Buffer>(OPEN_EVENTS).fill(delta)];
  return {
    target: MESSAGES,
    requestHeaders: CLAUDE_HEADERS,
    requestBody: claudeBody(),
    answerHeaders: STREAM_HEADERS,
    answerPieces,
    answerBody: Buffer.concat(answerPieces),
  };
}
