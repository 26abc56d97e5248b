import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ok } from "../../../base/result.ts";
import type { CanonicalRequest, UpstreamError } from "../../../canonical/index.ts";
import { bindDialect } from "../../../upstream/dialects/bind.ts";
import { openAiChat, UNKNOWN_SERVER } from "../../../upstream/dialects/openai-chat/index.ts";
import { ASKED } from "../hub.fixture.ts";
import { Amendments, type Repetition } from "./amendments.ts";
import { LearnedRefusals } from "./learned-refusals.ts";

const dialect = bindDialect(openAiChat, {
  ...UNKNOWN_SERVER,
  echo: { form: "details" },
  reasoning: { by: "reasoning_effort", levels: { high: "high" }, adaptive: undefined },
});

/** An answer whose upstream the test plays. */
function open(learned = new LearnedRefusals(() => 0), asked: Partial<CanonicalRequest> = {}) {
  const admitted: number[] = [];
  const amendments = new Amendments({
    dialect,
    model: "lab/a-model",
    learned,
    address: ({ body }) => ({
      method: "POST",
      target: "/",
      headers: [],
      body: Buffer.from(JSON.stringify(body)),
    }),
    admit: async (bytes) => {
      admitted.push(bytes);
      return ok(undefined);
    },
  });
  const first = amendments.dialect.writeRequest({ ...ASKED, ...asked });
  assert.ok(first.ok);
  return { amendments, learned, admitted, first: first.value.body };
}

function refused(more: Partial<UpstreamError>): UpstreamError {
  return { kind: "invalid_request", message: "no", status: 400, ...more };
}

function bodyOf(repetition: Repetition | undefined): Record<string, unknown> {
  const body = repetition?.request.body;
  assert.ok(Buffer.isBuffer(body));
  return JSON.parse(body.toString());
}

const SMALL = refused({ remedy: { by: "max_tokens", limit: 50 } });
const without = (name: string) => refused({ remedy: { by: "member", name } });

describe("Amendments", () => {
  it("remember what helped, once it is known that it did", () => {
    const { amendments, learned } = open();
    assert.equal(bodyOf(amendments.next(SMALL))["max_tokens"], 50);
    assert.deepEqual(learned.limitsOf("lab/a-model"), {});
    amendments.settle();
    assert.equal(open(learned).first["max_tokens"], 50);
    assert.equal(amendments.account, "asked anew: max_tokens refused");
  });

  it("do not say the same again", () => {
    const { amendments } = open();
    assert.ok(amendments.next(SMALL));
    assert.equal(amendments.next(SMALL), undefined);
    assert.equal(amendments.next(without("temperature")), undefined, "it was not said");
    assert.equal(amendments.next(refused({})), undefined, "nobody knows what helps");
    assert.equal(
      amendments.next(refused({ kind: "thinking_refused" })),
      undefined,
      "there is none",
    );
  });

  it("are three at most", () => {
    const { amendments } = open(undefined, { temperature: 1, topP: 1, stopSequences: ["END"] });
    const names = ["temperature", "top_p", "stop", "max_tokens"];
    const repeated = names.map((name) => amendments.next(without(name)) !== undefined);
    assert.deepEqual(repeated, [true, true, true, false]);
  });

  it("ask the same once more where the answer was none, and have it paid for", async () => {
    const { amendments, admitted, first, learned } = open();
    const failed = refused({ kind: "server", remedy: { by: "again", usage: { input: 9 } } });
    const repetition = amendments.next(failed);
    assert.deepEqual(bodyOf(repetition), first);
    assert.deepEqual(repetition?.paid?.usage, { input: 9 });
    await repetition?.paid?.admit();
    assert.deepEqual(admitted, [JSON.stringify(first).length]);
    assert.equal(amendments.next(failed), undefined);
    amendments.settle();
    assert.deepEqual(learned.limitsOf("lab/a-model"), {});
  });

  it("leave out the thinking that was refused, and keep what is thought from then on", () => {
    const thought = (text: string) => {
      const details = JSON.stringify([{ type: "reasoning.text", text, signature: `of ${text}` }]);
      return { type: "thinking", text, signature: details } as const;
    };
    const turns = (...thoughts: readonly string[]): CanonicalRequest["turns"] => [
      ...ASKED.turns,
      ...thoughts.flatMap((each): CanonicalRequest["turns"] => [
        { role: "assistant", content: [thought(each), { type: "text", text: "So." }] },
        { role: "user", content: [{ type: "text", text: "Go on." }] },
      ]),
    ];
    const { amendments, learned, first } = open(undefined, { turns: turns("old") });
    assert.match(JSON.stringify(first), /of old/);
    const second = bodyOf(amendments.next(refused({ kind: "thinking_refused" })));
    assert.doesNotMatch(JSON.stringify(second), /of old/);
    assert.deepEqual(amendments.lossy, ["content[].thinking"]);
    amendments.settle();
    const later = JSON.stringify(open(learned, { turns: turns("old", "new") }).first);
    assert.doesNotMatch(later, /of old/);
    assert.match(later, /of new/);
  });

  it("do not remember what lies in one request", () => {
    const { amendments, learned, first } = open(undefined, { effort: "high" });
    assert.equal(first["reasoning_effort"], "high");
    const second = amendments.next(refused({ remedy: { by: "thinking", isOnce: true } }));
    assert.equal(bodyOf(second)["reasoning_effort"], undefined);
    assert.equal(bodyOf(amendments.next(SMALL))["reasoning_effort"], undefined);
    amendments.settle();
    assert.deepEqual(learned.limitsOf("lab/a-model"), { maxTokens: 50 });
  });
});
