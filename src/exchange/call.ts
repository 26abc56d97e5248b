import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import type { AskedInPath, ClientDialect } from "./dialect.ts";
import type { ModelsAsked } from "./models/listed-model.ts";

/** What a request asks for, by its path and method. */
export type Operation =
  | "messages"
  | "count_tokens"
  | "models"
  | "embeddings"
  | "batches"
  | "files"
  | "probe"
  | "other";

/** One client request as `ingress` hands it over. */
export interface ClientCall {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly dialect: ClientDialect;
  readonly operation: Operation;
  /** What the path says of the request, where the dialect says it there. */
  readonly asked: AskedInPath;
  /** Path and query for the upstream, exactly as they came. */
  readonly target: string;
  /** The target without its query. */
  readonly path: string;
  /**
   * The body of a request of the client's dialect, where it comes in another shape, and what of it belongs into the fields;
   * undefined: it is none, and goes on as it came. Every byte that is not moved stays.
   */
  readonly readBody?: (
    body: Buffer,
  ) => { readonly body: Buffer; readonly fields: HeaderList } | GatewayError | undefined;
  /** What stands behind the base URL of an upstream of the same dialect, for the model that it knows by this name. */
  readonly targetFor: (model: string) => string;
  /** A count of tokens in the client's dialect; undefined: it has none. */
  readonly writeCount?: ((tokens: number) => string) | undefined;
  /** Undefined: no models are asked for. */
  readonly models?: ModelsAsked | undefined;
  /** Epoch milliseconds and monotonic milliseconds of its arrival. */
  readonly startedAt: number;
  readonly startedMs: number;
}
