import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseJson } from "../../src/base/json.ts";
import { readRequest } from "../../src/ingress/anthropic/read-request.ts";
import {
  type ChatTraits,
  openAiChat,
  UNKNOWN_SERVER,
} from "../../src/upstream/dialects/openai-chat/index.ts";
import { clientRecordings, noSharedRecordings } from "../conformance/shared-recordings.ts";
import { at, isRecord, textAt } from "./openai-chat-exchanges.ts";
import { list } from "./openai-chat-oracle.ts";

/** The strictest servers, and one that takes all. */
const SERVERS: readonly ChatTraits[] = [
  UNKNOWN_SERVER,
  { ...UNKNOWN_SERVER, toolIds: "mistral9", afterToolResults: "Done.", emptyContent: "" },
  {
    ...UNKNOWN_SERVER,
    images: "accepted",
    files: "accepted",
    cacheMarks: "kept",
    responseFormat: "json_schema",
    strictTools: "allowed",
    parallelToolCalls: "allowed",
    echo: { form: "details" },
  },
];

describe("openAiChat on what Claude Code sends", { skip: noSharedRecordings }, () => {
  const bodies =
    noSharedRecordings === false
      ? (["claude", "claude-2.1.329", "sdk"] as const).flatMap(clientRecordings).flatMap(requestIn)
      : [];

  it("has recordings", () => {
    assert.ok(bodies.length >= 50);
  });

  it("writes conversations that every server takes", () => {
    for (const body of bodies) {
      const request = readRequest(body);
      if (!request.ok) continue;
      for (const traits of SERVERS) {
        const written = openAiChat.writeRequest(request.value, traits);
        const where = JSON.stringify(body).slice(0, 200);
        if (written.ok) assertConversation(list(written.value.body["messages"]), where);
        else assert.match(written.error.message, /no other tool/, where);
      }
    }
  });

  it("sends nothing of Anthropic's own", () => {
    for (const body of bodies) {
      const request = readRequest(body);
      const written = request.ok
        ? openAiChat.writeRequest(request.value, UNKNOWN_SERVER)
        : undefined;
      if (written?.ok !== true) continue;
      const { messages: _messages, tools: _tools, ...rest } = written.value.body;
      const known =
        /^(?:model|stream|stream_options|max_tokens|temperature|top_p|stop|tool_choice)$/;
      assert.deepEqual(
        Object.keys(rest).filter((name) => !known.test(name)),
        [],
      );
      const text = JSON.stringify(written.value.body);
      assert.doesNotMatch(text, /"(?:cache_control|input_schema|defer_loading|tool_use_id)":/);
      assert.doesNotMatch(text, /"content":"x-anthropic-billing-header/);
    }
  });
});

function requestIn({
  request,
}: {
  readonly request: { readonly target: string; readonly body: Buffer };
}) {
  if (!/^\/v1\/messages(?:\?|$)/.test(request.target)) return [];
  const parsed = parseJson(request.body, { maxBytes: 64 * 2 ** 20 });
  return parsed.ok && isRecord(parsed.value) ? [parsed.value] : [];
}

/** One system message at most, first; a result for every call, right behind it and in order; nothing empty. */
function assertConversation(messages: readonly unknown[], where: string): void {
  const roles = messages.map((message) => textAt(message, "role"));
  assert.equal(roles.lastIndexOf("system") <= 0, true, where);
  assert.notEqual(roles.at(-1), "assistant", where);
  let waiting: readonly unknown[] = [];
  for (const [i, message] of messages.entries()) {
    const content = at(message, "content");
    if (roles[i] === "tool") {
      assert.equal(at(message, "tool_call_id"), waiting[0], where);
      waiting = waiting.slice(1);
    } else {
      assert.deepEqual(waiting, [], where);
      assert.ok(roles[i] !== roles[i - 1], `two ${roles[i]} messages: ${where}`);
      waiting = list(at(message, "tool_calls")).map((call) => at(call, "id"));
    }
    const isEmpty = content === null || content === "" || list(content).some(isEmptyPart);
    if (isEmpty) assert.notDeepEqual(waiting, [], where);
  }
  assert.deepEqual(waiting, [], where);
}

function isEmptyPart(part: unknown): boolean {
  return at(part, "text") === "";
}
