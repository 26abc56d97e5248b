import type { GatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import type { Result } from "../base/result.ts";
import type { JsonObject } from "./blocks.ts";
import type { UpstreamError } from "./error.ts";
import type { Message } from "./message.ts";
import type { CanonicalRequest } from "./request.ts";
import type { StreamReader } from "./stream.ts";

/** What of a request is needed to read its answer. */
export interface AnswerContext {
  /** Names of tools as the upstream was told them, and the client's own. */
  readonly toolNames: ReadonlyMap<string, string>;
  /** Ids of the calls in the conversation so far: those of the answer have to differ. */
  readonly callIds: ReadonlySet<string>;
}

/** A request as an upstream wants it. */
export interface WrittenRequest {
  /** Behind the provider's base URL, with a slash in front: `/chat/completions`. */
  readonly path: string;
  readonly body: JsonObject;
  /** What the body needs beside it: a beta and its member go together or not at all. */
  readonly headers?: HeaderList | undefined;
  /** What could not be said, by the canonical names: `thinking`, `tools[].web_search`. */
  readonly lossy: readonly string[];
  /** For the reading of the answer to this request. */
  readonly context: AnswerContext;
}

/** A wire format of upstreams: pure, no sockets, no clock. */
export interface UpstreamDialect<Traits> {
  readonly id: string;
  /** Fails where an honest request is not possible; nothing is left out silently. */
  writeRequest(request: CanonicalRequest, traits: Traits): Result<WrittenRequest, GatewayError>;
  readMessage(
    body: JsonObject,
    traits: Traits,
    context: AnswerContext,
  ): Result<Message, UpstreamError>;
  openStream(traits: Traits, context: AnswerContext): StreamReader;
  readError(status: number, headers: HeaderList, body: Buffer): UpstreamError;
  /** Whether the upstream runs the web searches of a request itself; undefined: it has no search. */
  searches?(request: CanonicalRequest, traits: Traits): boolean;
}
