import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeldBody, HeldBytes } from "../../src/exchange/request/body.ts";
import { BodyFacts } from "../../src/exchange/request/body-facts.ts";
import { readFacts } from "../../src/exchange/request/facts.ts";
import { classOf } from "../../src/exchange/request/request-class.ts";
import { readClientInfo } from "../../src/identity/client.ts";
import type { Exchange } from "../conformance/exchange.ts";
import {
  clientRecordings,
  corpusExchanges,
  noSharedRecordings,
} from "../conformance/shared-recordings.ts";
import { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject, requestKind } from "../upstream/request-kind.ts";

function recognised({ request: { headers, body } }: Exchange): string | undefined {
  const held = new HeldBody([body], body.length, new HeldBytes());
  const facts = readFacts(held);
  const client = readClientInfo(headers);
  const asked = { headers, client, operation: "messages", facts, body: new BodyFacts(held, facts) };
  return classOf(asked)?.name;
}

/** What a request is, told from its parsed body by the stand-in for Anthropic, which shares no code with the gateway. */
function expected({ request }: Exchange): string {
  const { method, target, headers, body } = request;
  const recorded = new RecordedRequest({
    method,
    target,
    httpVersion: "1.1",
    rawHeaders: headers,
    remotePort: 0,
  });
  recorded.body = body;
  const kind = requestKind(recorded);
  const parsed = recorded.json();
  const messages = isObject(parsed) && Array.isArray(parsed["messages"]) ? parsed["messages"] : [];
  const last = JSON.stringify(messages.at(-1) ?? "");
  if (last.includes("Your task is to create a detailed summary")) return "compaction";
  return kind === "main" || kind === "subagent" ? kind : "auxiliary";
}

const isPost = ({ request }: Exchange) => request.method === "POST" && request.body.length > 0;
const isMessage = (exchange: Exchange) =>
  isPost(exchange) && /^\/v1\/messages(?:\?|$)/.test(exchange.request.target);

describe("what a request is to its client", { skip: noSharedRecordings }, () => {
  for (const client of ["claude", "claude-2.1.329"] as const) {
    it(`is recognised in everything that ${client} was recorded to send`, () => {
      const found = new Map<string, number>();
      for (const exchange of clientRecordings(client).filter(isMessage)) {
        const name = recognised(exchange);
        assert.equal(name, expected(exchange), exchange.name);
        found.set(name ?? "", (found.get(name ?? "") ?? 0) + 1);
      }
      const kinds = ["auxiliary", "main", "subagent"];
      if (client === "claude-2.1.329") kinds.splice(1, 0, "compaction");
      assert.deepEqual([...found.keys()].toSorted(), kinds);
    });
  }

  it("is recognised in what Codex and Gemini CLI were recorded to send", () => {
    const codex = clientRecordings("codex").filter(
      (exchange) => isPost(exchange) && exchange.request.body.includes('"tools"'),
    );
    assert.ok(codex.length > 10);
    for (const exchange of codex) assert.equal(recognised(exchange), "main", exchange.name);
    const kinds = clientRecordings("gemini").filter(isPost).map(recognised);
    assert.ok(kinds.length > 5);
    assert.deepEqual(new Set(kinds), new Set(["auxiliary", "main"]));
  });

  it("is not guessed of an SDK's requests", () => {
    const requests = [...clientRecordings("sdk"), ...corpusExchanges("anthropic-messages")];
    const others = requests.filter(
      ({ request }) => !/claude-(?:cli|code)/i.test(request.headers.join(" ")),
    );
    assert.ok(others.length > 20);
    for (const exchange of others) assert.equal(recognised(exchange), undefined, exchange.name);
  });
});
