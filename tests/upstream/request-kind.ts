import type { RecordedRequest } from "./recorded-request.ts";

/** What a request to the Anthropic API is for, told from its path, headers and body. */
export type RequestKind =
  /** A turn of the main agent: a Messages request with tools. */
  | "main"
  /** A turn of a subagent. */
  | "subagent"
  /** Names the session; a small request with a JSON schema. */
  | "title"
  /** Digests a fetched page. */
  | "webfetch"
  /** Runs one web search. */
  | "websearch"
  /** Asks whether an action is safe. */
  | "classifier"
  /** Asks for one token, to see the rate-limit headers. */
  | "quota"
  /** A Messages request without tools: SDKs and small side requests. */
  | "plain"
  | "count_tokens"
  | "models"
  /** `HEAD|GET /` and `/api/hello`: a connection is being warmed up. */
  | "hello"
  | "other";

export function requestKind(request: RecordedRequest): RequestKind {
  const path = request.target.split("?", 1)[0] ?? "";
  if (path === "/" || path === "/api/hello") return "hello";
  if (path === "/v1/models" || path.startsWith("/v1/models/")) return "models";
  if (path === "/v1/messages/count_tokens") return "count_tokens";
  if (path !== "/v1/messages") return "other";
  return messagesKind(request);
}

function messagesKind(request: RecordedRequest): RequestKind {
  const body = request.json();
  if (!isObject(body)) return "other";
  const tools = Array.isArray(body["tools"]) ? body["tools"] : [];
  const [onlyTool] = tools;
  if (tools.length === 1 && isObject(onlyTool) && isWebSearch(onlyTool["type"])) {
    return "websearch";
  }
  if (request.header("x-claude-code-agent-id") !== undefined) return "subagent";
  const stops = body["stop_sequences"];
  if (Array.isArray(stops) && stops.includes("</block>")) return "classifier";
  if (tools.length > 0) return "main";
  const [message] = Array.isArray(body["messages"]) ? body["messages"] : [];
  const content = isObject(message) ? message["content"] : undefined;
  if (body["max_tokens"] === 1 && content === "quota") return "quota";
  const output = body["output_config"];
  if (isObject(output) && isObject(output["format"])) return "title";
  if (JSON.stringify(content ?? "").includes("Web page content:")) return "webfetch";
  return "plain";
}

function isWebSearch(type: unknown): boolean {
  return typeof type === "string" && type.startsWith("web_search_");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
