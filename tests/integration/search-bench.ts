import { at } from "../conformance/exchange.ts";
import {
  call,
  explain,
  type Fields,
  finishedEvent,
  type HttpAnswer,
  idOf,
  startTestGateway,
} from "../fault/rig.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { listAt, textAt } from "../upstream/model-api.ts";
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "./scripted-upstream.ts";

export const SEARCH_TOOL = { type: "web_search_20250305", name: "web_search" } as const;
export const SEARCH_KEY = "a-key-for-searches";
const MODEL_KEY = "a-key-for-the-model";

/** A gateway between a scripted server of Chat Completions and a scripted SearXNG. */
export interface SearchBench extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly model: AnthropicUpstream;
  readonly search: ScriptedUpstream;
  /** Sends a request to the model, with the search for its tools unless others are given. */
  ask(body?: object, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  /** The bodies that the model was sent, in order. */
  prompts(): readonly unknown[];
  explain(answer: HttpAnswer): Promise<Fields>;
}

/** Three pages on three sites, whatever is looked for. */
export function threePages(): ScriptedAnswer {
  const hosts = ["one.example", "two.example", "news.one.example"];
  const results = hosts.map((host) => ({
    url: `https://${host}/page`,
    title: `The page of ${host}`,
    content: `what ${host} says`,
    publishedDate: "2026-11-20",
  }));
  return { json: { results } };
}

export async function openSearchBench(
  options: {
    readonly script?: (request: ScriptedRequest) => ScriptedAnswer;
    /** More of the configuration, as YAML. */
    readonly config?: (urls: { readonly model: string; readonly search: string }) => string;
    /** False: no search is configured. */
    readonly isConfigured?: boolean;
    /** Another server that is searched by. */
    readonly searchUrl?: string;
  } = {},
): Promise<SearchBench> {
  const { script = threePages, config = () => "", isConfigured = true } = options;
  await using opening = new AsyncDisposableStack();
  const model = opening.use(await startAnthropicUpstream());
  const search = opening.use(await startScriptedUpstream(script));
  const lab = `providers:\n  lab: { kind: openai-compatible, url: "${model.url}/v1", key: "env:MODEL_KEY" }\n`;
  const { searchUrl = search.url } = options;
  const searching = `search: { provider: searxng, url: "${searchUrl}/sx", key: "env:SEARCH_KEY" }\n`;
  const more = config({ model: model.url, search: searchUrl });
  const gateway = opening.use(
    await startTestGateway(model.url, {
      config: `${lab}${isConfigured ? searching : ""}${more}`,
      env: { MODEL_KEY, SEARCH_KEY },
    }),
  );
  const scope = opening.move();
  return {
    gateway,
    model,
    search,
    ask: async (body = {}, headers = {}) =>
      await call(gateway, {
        headers: { "anthropic-version": "2023-06-01", "x-api-key": "sk-ant-api03-x", ...headers },
        body: JSON.stringify({
          model: "lab/a-model",
          max_tokens: 100,
          messages: [{ role: "user", content: "What is new?" }],
          tools: [SEARCH_TOOL],
          ...body,
        }),
      }),
    prompts: () =>
      model.requests.filter(({ target }) => target.endsWith("/completions")).map((it) => it.json()),
    explain: async (answer) => {
      await finishedEvent(gateway, idOf(answer));
      return await explain(gateway, idOf(answer));
    },
    [Symbol.asyncDispose]: async () => await scope.disposeAsync(),
  };
}

/** A call of the model's that searches. */
export function searchCall(query: string, id = "call_1") {
  return { id, name: "web_search", input: { query } };
}

/** The message that the events of a stream make, put together as an SDK does; fails where their order is broken. */
export function readStream(answer: HttpAnswer) {
  const events = answer.body
    .toString()
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line): unknown => JSON.parse(line.slice("data: ".length)));
  const blocks: object[] = [];
  let open: { block: object; json: string; text: string } | undefined;
  let started = 0;
  let end: unknown;
  for (const event of events) {
    switch (at(event, "type")) {
      case "message_start":
        started += 1;
        break;
      case "content_block_start":
        if (open !== undefined) throw new Error("two blocks are open");
        if (at(event, "index") !== blocks.length) throw new Error("an index is out of turn");
        open = { block: { ...Object(at(event, "content_block")) }, json: "", text: "" };
        break;
      case "content_block_delta": {
        const delta = at(event, "delta");
        if (open === undefined) throw new Error("a delta of no block");
        open.json += textAt(delta, "partial_json");
        open.text += textAt(delta, "text");
        break;
      }
      case "content_block_stop": {
        if (open === undefined) throw new Error("the end of no block");
        const { block, json, text } = open;
        const input = json === "" ? {} : { input: JSON.parse(json) };
        blocks.push({ ...block, ...input, ...(text === "" ? {} : { text }) });
        open = undefined;
        break;
      }
      case "message_delta":
        end = event;
        break;
      default:
    }
  }
  if (started !== 1) throw new Error(`${started} starts`);
  const isEnded = events.some((event) => at(event, "type") === "message_stop");
  return {
    content: blocks,
    stop_reason: at(end, "delta", "stop_reason"),
    usage: at(end, "usage"),
    isEnded,
    error: events.find((event) => at(event, "type") === "error"),
  };
}

/** The types of the blocks of a message, or of one of its lists. */
export function typesIn(message: unknown): readonly unknown[] {
  return listAt(message, "content").map((block) => at(block, "type"));
}
