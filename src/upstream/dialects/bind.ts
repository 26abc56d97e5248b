import type { GatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type { Result } from "../../base/result.ts";
import type {
  AnswerContext,
  CanonicalRequest,
  JsonObject,
  Message,
  StreamReader,
  UpstreamDialect,
  UpstreamError,
  WrittenRequest,
} from "../../canonical/index.ts";
import type { CloudShape } from "../cloud.ts";
import type { TokenCounter } from "./count.ts";

/** A dialect as one model speaks it. */
export interface BoundDialect {
  readonly id: string;
  writeRequest(request: CanonicalRequest): Result<WrittenRequest, GatewayError>;
  readMessage(body: JsonObject, context: AnswerContext): Result<Message, UpstreamError>;
  openStream(context: AnswerContext): StreamReader;
  readError(status: number, headers: HeaderList, body: Buffer): UpstreamError;
  /** Whether the upstream runs the web searches of a request itself. */
  searches(request: CanonicalRequest): boolean;
  /** Between the provider's base URL and the paths that the dialect itself has; already part of what is written. */
  readonly under?: string;
  /** The longest prompt that the model takes; undefined: not known. */
  readonly contextTokens?: number | undefined;
  /** Undefined: the upstream does not count. */
  readonly counter?: TokenCounter;
  /** Of Anthropic's betas; undefined: nothing is known, and what is refused is found out. */
  readonly betas?: KnownBetas;
  /** The models are Anthropic's own, whatever they are called here: they take each other's thinking. */
  readonly isClaude?: true;
  /** Undefined: the dialect goes onto the wire as it is. */
  readonly shape?: CloudShape;
}

/** Betas by their whole names, as an upstream was seen to treat them. */
export interface KnownBetas {
  readonly refused: readonly string[];
  /** Where a refusal does not say which, it is none of these. */
  readonly taken: readonly string[];
}

/** Joins a dialect with what a model's server is like. */
export function bindDialect<Traits>(
  dialect: UpstreamDialect<Traits>,
  traits: Traits,
): BoundDialect {
  return {
    id: dialect.id,
    writeRequest: (request) => dialect.writeRequest(request, traits),
    readMessage: (body, context) => dialect.readMessage(body, traits, context),
    openStream: (context) => dialect.openStream(traits, context),
    readError: (status, headers, body) => dialect.readError(status, headers, body),
    searches: (request) => dialect.searches?.(request, traits) ?? false,
  };
}
