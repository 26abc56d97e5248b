import { at, type Exchange, isRecord, textAt } from "../conformance/exchange.ts";
import { expectedUsage } from "../conformance/usage-oracle.ts";

/** What an answer says, read in the plainest way: every block by its number, nothing of the reader under test. */
export interface Told {
  readonly text: string;
  readonly thinking: string;
  readonly proofs: readonly string[];
  readonly calls: readonly {
    readonly id: unknown;
    readonly name: unknown;
    readonly input: unknown;
  }[];
  readonly stop: unknown;
}

type Block = Readonly<Record<string, unknown>>;

export function tell({ response }: Exchange): Told {
  const text = response.body.toString("utf8");
  if (!text.includes("event: message_start")) {
    const message: unknown = JSON.parse(text);
    const content = at(message, "content");
    return toldIn(
      Array.isArray(content) ? content.filter(isRecord) : [],
      at(message, "stop_reason"),
    );
  }
  const events = text
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line): unknown => JSON.parse(line.slice(5)));
  const stops = events.map((event) => at(event, "delta", "stop_reason"));
  return toldIn(
    blocksIn(events),
    stops.findLast((stop) => typeof stop === "string"),
  );
}

/** As the provider told it; what it did not tell is null. */
export function usageOf(exchange: Exchange): unknown {
  const request = { ...exchange.request, method: "POST", target: "/v1/messages" };
  const { source: _source, ...tokens } = expectedUsage({ ...exchange, request }) ?? {};
  return tokens;
}

function blocksIn(events: readonly unknown[]): readonly Block[] {
  const numbered = (type: string) => events.filter((event) => at(event, "type") === type);
  return numbered("content_block_start").map((start) => {
    const deltas = numbered("content_block_delta")
      .filter((event) => at(event, "index") === at(start, "index"))
      .map((event) => at(event, "delta"));
    const joined = (member: string) => deltas.map((delta) => textAt(delta, member) ?? "").join("");
    const json = joined("partial_json");
    return {
      ...Object(at(start, "content_block")),
      text: (textAt(start, "content_block", "text") ?? "") + joined("text"),
      thinking: joined("thinking"),
      signature: joined("signature"),
      ...(json === "" ? {} : { input: JSON.parse(json) }),
    };
  });
}

function toldIn(blocks: readonly Block[], stop: unknown): Told {
  const ofType = (type: string) => blocks.filter((block) => block["type"] === type);
  return {
    text: ofType("text")
      .map((block) => textAt(block, "text"))
      .join(""),
    thinking: ofType("thinking")
      .map((block) => textAt(block, "thinking"))
      .join(""),
    proofs: ofType("thinking").map((block) => textAt(block, "signature") ?? ""),
    calls: ofType("tool_use").map(({ id, name, input }) => ({ id, name, input })),
    stop,
  };
}
