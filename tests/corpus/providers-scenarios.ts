import { createSecretKey } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CanonicalRequest,
  thinkingFor,
  type WrittenRequest,
} from "../../src/canonical/index.ts";
import { readRequest } from "../../src/ingress/anthropic/read-request.ts";
import { PROVIDERS } from "../../src/upstream/providers/registry.generated.ts";
import { at, isRecord, textAt } from "../conformance/exchange.ts";

/** Recorded traffic beside the checkout, or where the environment says. Most machines have none. */
const EXCHANGES = join(
  process.env["SPILLWAY_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "corpus/exchanges",
);

/** Why these tests cannot run here; false when they can. */
export const noCorpus: string | false = existsSync(EXCHANGES)
  ? false
  : "there is no recorded traffic on this machine (SPILLWAY_SHARED names its folder)";

/** A request as some other client wrote it, and what the provider said to it. */
export interface Recorded {
  readonly name: string;
  readonly provider: string;
  readonly protocol: string;
  readonly status: number;
  readonly model: string;
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: unknown;
}

/** Whose recordings have another name than the provider. */
const IDS: Readonly<Record<string, string>> = { google: "gemini" };

/** Every request to a provider that is known here, and to Anthropic, of the dialects that providers speak. */
export function recordedRequests(): readonly Recorded[] {
  const protocols = ["anthropic-messages", "openai-chat", "openai-responses", "gemini-generate"];
  return protocols.flatMap((protocol) =>
    readdirSync(join(EXCHANGES, protocol))
      .toSorted()
      .flatMap((file) => readExchange(protocol, file)),
  );
}

function readExchange(protocol: string, file: string): readonly Recorded[] {
  const entry: unknown = JSON.parse(readFileSync(join(EXCHANGES, protocol, file), "utf8"));
  const body = at(entry, "request", "body");
  const name = textAt(entry, "provider") ?? "";
  const provider = IDS[name] ?? name;
  if (!isRecord(body) || (!PROVIDERS.has(provider) && provider !== "anthropic")) return [];
  const url = textAt(entry, "request", "url") ?? "";
  return [
    {
      name: file.replace(/\.json$/, ""),
      provider,
      protocol,
      status: Number(at(entry, "response", "status")),
      model: textAt(body, "model") ?? /models\/([^:]+):/.exec(url)?.[1] ?? "",
      url,
      body,
      answer: at(entry, "response", "body"),
    },
  ];
}

const INSTALLATION = createSecretKey(Buffer.alloc(32, 7));

/** A request of Anthropic's dialect as a provider gets it, the way the exchange prepares it. */
export function writeFor(
  provider: string,
  model: string,
  body: Readonly<Record<string, unknown>> | CanonicalRequest,
): WrittenRequest {
  const definition = PROVIDERS.get(provider);
  if (definition === undefined) throw new Error(`no provider ${provider}`);
  const request = isCanonical(body) ? body : readBody(body);
  const turns = thinkingFor(request.turns, { provider, client: "anthropic" }, INSTALLATION);
  const written = definition.dialectFor(model).writeRequest({ ...request, model, turns });
  if (!written.ok) throw new Error(written.error.message);
  return written.value;
}

function isCanonical(body: object): body is CanonicalRequest {
  return "turns" in body;
}

function readBody(body: Readonly<Record<string, unknown>>): CanonicalRequest {
  const read = readRequest(body);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

/** The dialect of a written request, as recordings call it. */
export function protocolOf({ path }: WrittenRequest): string {
  if (path.endsWith("/messages")) return "anthropic-messages";
  if (path.endsWith("/responses")) return "openai-responses";
  return path.endsWith("/chat/completions") ? "openai-chat" : "gemini-generate";
}

/** What two clients have to agree in, whatever their habits: who speaks, which tools there are, and which must be called. */
export interface Gist {
  readonly roles: readonly string[];
  readonly tools: readonly string[];
  readonly choice: string;
  /** Names and arguments of the calls in the history. */
  readonly calls: readonly string[];
}

export function gistOf(protocol: string, body: Readonly<Record<string, unknown>>): Gist {
  if (protocol === "gemini-generate") return gistOfGemini(body);
  return protocol === "openai-responses" ? gistOfResponses(body) : gistOfChat(body);
}

function gistOfChat(body: Readonly<Record<string, unknown>>): Gist {
  const messages = list(body["messages"]);
  const tools = list(body["tools"]).map((tool) => at(tool, "function"));
  return {
    roles: messages.map((message) =>
      (textAt(message, "role") ?? "").replace("developer", "system"),
    ),
    tools: tools.map((tool) => describeTool(tool, at(tool, "parameters"))),
    choice: choiceOf(body["tool_choice"], tools.length),
    calls: messages.flatMap((message) =>
      list(at(message, "tool_calls")).map((call) =>
        describeCall(at(call, "function", "name"), at(call, "function", "arguments")),
      ),
    ),
  };
}

function gistOfResponses(body: Readonly<Record<string, unknown>>): Gist {
  const input = list(body["input"]).filter((item) => at(item, "type") !== "reasoning");
  const tools = list(body["tools"]);
  const system = body["instructions"] === undefined ? [] : ["system"];
  const roles = input.map((item) => textAt(item, "role") ?? textAt(item, "type") ?? "");
  return {
    roles: [...system, ...roles.map((role) => role.replace("developer", "system"))],
    tools: tools.map((tool) => describeTool(tool, at(tool, "parameters"))),
    choice: choiceOf(body["tool_choice"], tools.length),
    calls: input
      .filter((item) => at(item, "type") === "function_call")
      .map((item) => describeCall(at(item, "name"), at(item, "arguments"))),
  };
}

function gistOfGemini(body: Readonly<Record<string, unknown>>): Gist {
  const contents = list(body["contents"]);
  const tools = list(body["tools"]).flatMap((tool) => list(at(tool, "functionDeclarations")));
  const config = at(body["toolConfig"], "functionCallingConfig");
  const allowed = list(at(config, "allowedFunctionNames"));
  const mode = tools.length === 0 ? "AUTO" : (textAt(config, "mode") ?? "AUTO");
  const isNamed = mode === "ANY" && allowed.length === 1 && tools.length > 1;
  const system = body["systemInstruction"] === undefined ? [] : ["system"];
  return {
    roles: [...system, ...contents.map((content) => textAt(content, "role") ?? "")],
    tools: tools.map((tool) =>
      describeTool(
        tool,
        at(tool, "parametersJsonSchema") ??
          at(tool, "parameters_json_schema") ??
          at(tool, "parameters"),
      ),
    ),
    choice: isNamed ? String(allowed[0]) : mode.toLowerCase().replace("any", "required"),
    calls: contents
      .flatMap((content) => list(at(content, "parts")))
      .filter((part) => isRecord(at(part, "functionCall")))
      .map((part) =>
        describeCall(at(part, "functionCall", "name"), at(part, "functionCall", "args")),
      ),
  };
}

/** Titles of schemas are a habit of one recording client. */
function describeTool(tool: unknown, schema: unknown): string {
  const properties = at(schema, "properties");
  return `${textAt(tool, "name")}(${Object.keys(isRecord(properties) ? properties : {}).join()})`;
}

/** Without tools, nothing and "auto" are one; with tools too, for "auto" is what nothing means. */
function choiceOf(choice: unknown, tools: number): string {
  const named = textAt(choice, "function", "name") ?? textAt(choice, "name");
  if (named !== undefined) return named;
  const allowed = list(at(choice, "tools")).map((tool) => textAt(tool, "name"));
  if (allowed.length > 0) return allowed.join();
  return tools === 0 || typeof choice !== "string" ? "auto" : choice;
}

function describeCall(name: unknown, args: unknown): string {
  const value: unknown = typeof args === "string" && args !== "" ? JSON.parse(args) : (args ?? {});
  return `${String(name)} ${JSON.stringify(value)}`;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
