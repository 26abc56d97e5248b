import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest, Turn } from "../../src/canonical/index.ts";
import { collectMessage } from "../../src/canonical/index.ts";
import { geminiDialect, traitsOf } from "../../src/upstream/dialects/gemini/index.ts";
import { at, type Exchange, isRecord } from "../conformance/exchange.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";
import { NO_CONTEXT, readPieces, TRAITS } from "./gemini-replay.ts";

/** Loops of which both requests were recorded: the second holds the first answer as the recording client gave it back. */
describe("an answer of Gemini in the next request", { skip: noSharedRecordings }, () => {
  const exchanges = noSharedRecordings === false ? corpusExchanges("gemini-generate") : [];
  const loops = exchanges.flatMap((first) => {
    const next = exchanges.find(({ name }) => name === first.name.replace(/__1of(\d)$/, "__2of$1"));
    return next === undefined || next === first ? [] : [{ first, next }];
  });

  for (const { first, next } of loops) {
    it(`stands as it came: ${next.name}`, () => {
      const recorded = JSON.parse(next.request.body.toString("utf8")).contents;
      const written = writeNext(first, recorded);
      assert.deepEqual(withoutIds(written[1]), withoutIds(recorded[1]));
      assert.deepEqual(
        written.map((content) => at(content, "role")),
        recorded.map((content: unknown) => at(content, "role")),
      );
      assert.deepEqual(partKinds(written[2]), partKinds(recorded[2]));
    });
  }

  it("has seen loops with parallel calls and with signatures", () => {
    assert.ok(loops.length >= 14, String(loops.length));
  });
});

/** The contents of a request that gives the first answer back, with the recorded results. */
function writeNext(first: Exchange, recorded: readonly unknown[]): readonly unknown[] {
  const { body } = first.response;
  const read =
    body.toString("latin1", 0, 5) === "data:"
      ? collectMessage(readPieces([body]))
      : geminiDialect.readMessage(JSON.parse(body.toString("utf8")), TRAITS, NO_CONTEXT);
  assert.ok(read.ok);
  const calls = read.value.content.filter((block) => block.type === "tool_use");
  const turns: readonly Turn[] = [
    { role: "user", content: [{ type: "text", text: textIn(recorded[0]) }] },
    { role: "assistant", content: read.value.content },
    {
      role: "user",
      content: calls.map(({ id }) => ({
        type: "tool_result",
        toolUseId: id,
        content: [{ type: "text", text: "done" }],
        isError: false,
      })),
    },
  ];
  const model = /models\/([^:]+):/.exec(first.request.target)?.[1] ?? "";
  const request: CanonicalRequest = {
    model,
    system: [],
    turns,
    tools: [],
    stream: false,
    stopSequences: [],
    extra: {},
  };
  const written = geminiDialect.writeRequest(request, traitsOf(model, "ai-studio"));
  assert.ok(written.ok);
  const contents = written.value.body["contents"];
  assert.ok(Array.isArray(contents));
  return contents;
}

function textIn(content: unknown): string {
  const parts = at(content, "parts");
  return Array.isArray(parts) ? parts.map((part) => String(at(part, "text"))).join("") : "";
}

/** Ids are the recording client's own, and one client writes signatures in the other base64. */
function withoutIds(content: unknown): unknown {
  return JSON.parse(JSON.stringify(content), (key, value) => {
    if (key === "thoughtSignature") return Buffer.from(String(value), "base64").toString("hex");
    return key === "id" ? undefined : value;
  });
}

function partKinds(content: unknown): readonly string[] {
  const parts = at(content, "parts");
  return Array.isArray(parts)
    ? parts.map((part) => (isRecord(part) ? Object.keys(part).join() : ""))
    : [];
}
