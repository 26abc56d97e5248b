import type { GatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import type { Result } from "../base/result.ts";
import type {
  CanonicalRequest,
  JsonObject,
  Message,
  StreamEvent,
  UpstreamError,
} from "../canonical/index.ts";

/** What an error of Anthropic's is called by clients whose answers are framed. */
export interface ExceptionName {
  readonly nameOf: (type: string) => string;
  /** How a whole answer is said there; undefined: as it came. */
  readonly toWhole?: (answer: Buffer) => string | undefined;
}

/** An error as one client dialect says it. */
export interface RenderedError {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

/** What a client is told that an upstream of another dialect does not know. */
export interface AnswerFacts {
  readonly requestId: string;
  /** What is answered: some dialects repeat parts of it, or answer a tool as it was declared. */
  readonly request: CanonicalRequest;
  /** The model that the client asked for: clients show it and log it. */
  readonly model: string;
  /** Stands in for the input where the upstream tells no usage, or tells it only at the end. */
  readonly estimatedInputTokens: number;
  /** The longest prompt that the model takes; undefined: not known. */
  readonly contextTokens?: number | undefined;
  /** Whose credential the attempt carried: a client never learns about the gateway's own. */
  readonly credential: "caller" | "gateway";
}

/** What a request's path says of it. */
export interface AskedInPath {
  readonly model?: string | undefined;
  readonly stream?: boolean | undefined;
}

/** How a client's requests are read into the canonical form, and answers are written out of it. */
export interface CanonicalClient {
  /** Refusals name the field, its shape and the remedy. `asked` is what the path says, where the dialect says it there. */
  readRequest(body: JsonObject, asked: AskedInPath): Result<CanonicalRequest, GatewayError>;
  /** A state machine; each push gives whole events. */
  openWriter(facts: AnswerFacts): { push(event: StreamEvent): string };
  /** Of a stream; undefined: server-sent events. */
  readonly streamType?: string | undefined;
  /** What says nothing but that the stream lives; may come at any time, also before the start. */
  readonly ping: string;
  writeMessage(message: Message, facts: AnswerFacts): string;
  writeError(error: UpstreamError, facts: AnswerFacts): RenderedError;
}

/** How a client is spoken to: its errors, and what it says and hears where the upstream speaks another dialect. */
export interface ClientDialect {
  readonly id: string;
  readonly canonical: CanonicalClient;
  /** Whose models its clients mean where they name no provider; undefined: Anthropic's. */
  readonly usualProvider?: string | undefined;
  /** Its clients ask anew for an answer that broke off where the connection was reset, and not where it ended. */
  readonly repeatsAfterReset?: true;
  /** What its clients bring along by themselves is good at a cloud, unless its shape says that it is Anthropic's. */
  readonly isClouds?: true;
  /** Anthropic's own name for a model, where its clients call it by another; undefined: it is none of Anthropic's. */
  readonly anthropicName?: (model: string) => string | undefined;
  /** Its answers go out in the frames of an AWS event stream, and its errors by these names. */
  readonly frames?: ExceptionName;
  renderError(error: GatewayError, requestId: string): RenderedError;
  /** One whole event for a stream that cannot go on. */
  renderStreamError(error: GatewayError): string;
}
