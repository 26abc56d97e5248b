import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { before, describe, it } from "node:test";
import { isObject } from "../../src/base/json.ts";
import type { StreamEvent } from "../../src/canonical/index.ts";
import { factsOf } from "../../src/ingress/openai-responses/answer.fixture.ts";
import { openAiResponsesDialect } from "../../src/ingress/openai-responses/index.ts";
import { openAiResponses } from "../../src/upstream/dialects/openai-responses/index.ts";
import { collect } from "../../src/upstream/dialects/openai-responses/stream.fixture.ts";
import { TRAITS } from "../../src/upstream/dialects/openai-responses/traits.fixture.ts";
import { essenceOf } from "../corpus/ingress-openai-responses-essence.ts";
import { ANSWER, CONTEXT, writeStream } from "../corpus/ingress-openai-responses-rig.ts";
import { noCorpus, recordedAnswers } from "../corpus/openai-responses-recordings.ts";
import { readStream } from "../corpus/openai-responses-replay.ts";
import { installClients } from "./install.ts";

/** The part of the official SDK that accumulates a stream. */
interface SdkModule {
  readonly default: new (options: {
    readonly baseURL: string;
    readonly apiKey: string;
    readonly maxRetries: number;
  }) => {
    readonly responses: {
      stream(body: object): { finalResponse(): Promise<unknown> };
      create(body: object): Promise<unknown>;
    };
  };
}

const QUESTION = { model: "any", input: "?" };
const FACTS = factsOf({ ...QUESTION, tools: [{ type: "custom", name: "apply_patch" }] });
const CALLS: readonly StreamEvent[] = [
  { type: "start", id: "msg_1", model: "claude" },
  { type: "block", block: { type: "thinking" } },
  { type: "delta", delta: { type: "thinking", text: "Hm. " } },
  { type: "delta", delta: { type: "signature", signature: "spw1.anthropic.AA.mac" } },
  { type: "block_end" },
  { type: "block", block: { type: "text" } },
  { type: "delta", delta: { type: "text", text: "Now " } },
  { type: "delta", delta: { type: "text", text: "this." } },
  { type: "block_end" },
  { type: "block", block: { type: "tool_use", id: "call_0", name: "list" } },
  { type: "delta", delta: { type: "input", json: '{"path":' } },
  { type: "delta", delta: { type: "input", json: '"/ü"}' } },
  { type: "block_end" },
  { type: "block", block: { type: "tool_use", id: "call_1", name: "apply_patch" } },
  { type: "delta", delta: { type: "input", json: '{"input":"*** Begin Patch"}' } },
  { type: "block_end" },
  { type: "end", stopReason: "tool_use", usage: { input: 12, output: 34, cacheRead: 5 } },
];

describe("the official SDK (openai) reads what the hub writes", () => {
  let open: SdkModule["default"];
  before(async () => {
    await installClients();
    const name = "openai";
    const loaded: SdkModule = await import(name);
    open = loaded.default;
  });

  type Sdk = InstanceType<SdkModule["default"]>;

  /** What the SDK makes of an answer. */
  async function ask(answer: Answer, use: (sdk: Sdk) => Promise<unknown>): Promise<unknown> {
    const server = createServer((_request, response) => {
      response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const options = { baseURL: `http://127.0.0.1:${port}`, apiKey: "none", maxRetries: 0 };
      return JSON.parse(JSON.stringify(await use(new open(options))));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const accumulate = (body: string) =>
    ask({ status: 200, type: "text/event-stream", body }, (sdk) =>
      sdk.responses.stream(QUESTION).finalResponse(),
    );

  function written(events: readonly StreamEvent[]): string {
    const writer = openAiResponsesDialect.canonical.openWriter(FACTS);
    return events
      .map((event) => openAiResponsesDialect.canonical.ping + writer.push(event))
      .join("");
  }

  it("thinking, text, calls of both kinds and usage", async () => {
    const response = await accumulate(written(CALLS));
    assert.ok(isObject(response) && Array.isArray(response["output"]));
    assert.equal(response["status"], "completed");
    assert.equal(response["output_text"], "Now this.");
    const [thought, message, call, patch] = response["output"];
    assert.equal(thought.encrypted_content, "spw1.anthropic.AA.mac");
    assert.deepEqual(thought.summary, [{ type: "summary_text", text: "Hm. " }]);
    assert.equal(message.content[0].text, "Now this.");
    assert.deepEqual([call.call_id, call.arguments], ["call_0", '{"path":"/ü"}']);
    assert.deepEqual([patch.type, patch.input], ["custom_tool_call", "*** Begin Patch"]);
    assert.ok(isObject(response["usage"]));
    assert.equal(response["usage"]["input_tokens"], 17);
  });

  it("an answer that broke off as one that failed", async () => {
    const error = { kind: "overloaded", message: "Overloaded" } as const;
    const outcome = await accumulate(written([...CALLS.slice(0, 7), { type: "error", error }]))
      .then((response) => JSON.stringify(response))
      .catch((cause: unknown) => String(cause));
    assert.match(outcome, /"status":"failed"|failed/);
  });

  it("an error with its code and parameter", async () => {
    const read = openAiResponsesDialect.canonical.readRequest(
      { ...QUESTION, previous_response_id: "resp_1" },
      {},
    );
    assert.ok(!read.ok);
    const { status, body } = openAiResponsesDialect.renderError(read.error, "req_1");
    const refused = ask({ status, type: "application/json", body }, (sdk) =>
      sdk.responses.create(QUESTION),
    );
    await assert.rejects(refused, {
      status: 400,
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
  });

  it("every recorded answer as the message that it is", { skip: noCorpus }, async () => {
    let count = 0;
    for (const { name, stream, status, body } of recordedAnswers()) {
      if (status !== 200) continue;
      if (stream === undefined) {
        assert.ok(isObject(body));
        const read = openAiResponses.readMessage(body, TRAITS, CONTEXT);
        if (!read.ok) continue;
        const text = openAiResponsesDialect.canonical.writeMessage(read.value, ANSWER);
        const whole = await ask({ status: 200, type: "application/json", body: text }, (sdk) =>
          sdk.responses.create(QUESTION),
        );
        assert.deepEqual(essenceOf(readAgain(whole)), essenceOf(read.value), name);
      } else {
        const events = readStream(stream, [stream.length]);
        if (events.at(-1)?.type !== "end") continue;
        const message = collect(events);
        const response = await accumulate(writeStream(message));
        assert.deepEqual(essenceOf(readAgain(response)), essenceOf(message), name);
      }
      count += 1;
    }
    assert.ok(count > 120, `only ${count} answers`);
  });
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function readAgain(response: unknown) {
  assert.ok(isObject(response));
  const message = openAiResponses.readMessage(response, TRAITS, CONTEXT);
  assert.ok(message.ok);
  return message.value;
}
