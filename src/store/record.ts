import type { CredentialClass } from "../base/credential-class.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { NanoUsd } from "../base/money.ts";
import type { RouteRecord } from "./route-record.ts";

/** Which books an exchange's money belongs to; subscription money is notional. */
export type Book = "subscription" | "api" | "overflow";

/** How an exchange ended (design R14). */
export type Finish = "complete" | "client_gone" | "upstream_lost" | "indeterminate";

/** One upstream call within an exchange. */
export interface AttemptRecord {
  /** `provider origin` for people, such as `anthropic https://api.anthropic.com`; never a path or a query. */
  readonly deployment: string;
  readonly credentialOwner: string;
  readonly credentialClass: CredentialClass;
  /** HTTP status, or undefined when no response headers came. */
  readonly status?: number | undefined;
  readonly upstreamRequestId?: string | undefined;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly startedAfterMs: number;
  readonly headersAfterMs?: number | undefined;
  readonly endedAfterMs: number;
  /** `retried`: asked again, or the session's answer before its overflow; `failed_over`: the next of a chain was asked instead. */
  readonly outcome: "ok" | "retried" | "failed_over" | ErrorCode;
}

/** What is known before the upstream call; committed before dispatch (design R12). */
export interface StartedRecord {
  /** `spx_` and 26 characters that sort by time; also the `x-spillway-request-id`. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly principal: string;
  readonly organisation: string;
  readonly keyId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly parentAgentId?: string | undefined;
  readonly promptId?: string | undefined;
  readonly requestClass?: string | undefined;
  /** `claude-cli`, `anthropic-sdk-js`, … from the User-Agent's first product. */
  readonly client?: string | undefined;
  readonly clientVersion?: string | undefined;
  readonly dialect: string;
  /** `messages`, `count_tokens`, `models`, `embeddings`, `batches`, `files`, `probe`, `other`. */
  readonly operation: string;
  readonly method: string;
  /** Without the query, at most 512 characters. */
  readonly path: string;
  readonly requestedModel?: string | undefined;
  readonly stream: boolean;
  readonly credentialClass: CredentialClass;
  /** Keyed hash of the caller's own token; undefined without one. */
  readonly account?: string | undefined;
  /** That is tried first. */
  readonly provider: string;
}

/** Token counts that reports add up; undefined is unknown, never zero. */
export interface TokenTotals {
  /** Input that was neither read from nor written to a cache. */
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  /** 5-minute and 1-hour writes together. */
  readonly cacheWrite?: number | undefined;
}

/** What is known once the exchange is over; exactly one per started record. */
export interface TerminalRecord {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly finishedAt: number;
  /** Undefined when the process died and nobody saw the end. */
  readonly durationMs?: number | undefined;
  readonly firstByteMs?: number | undefined;
  readonly sentModel?: string | undefined;
  readonly servedModel?: string | undefined;
  readonly decision?: string | undefined;
  readonly attempts: readonly AttemptRecord[];
  /** `x-spillway-upstream-mode`: `passthrough`, `byok`, `byok-overflow`, `fallback`. */
  readonly mode?: string | undefined;
  /** HTTP status that the client saw; undefined when it left before headers. */
  readonly status?: number | undefined;
  readonly stopReason?: string | undefined;
  /** The provider's own usage object as JSON text. */
  readonly usageRaw?: string | undefined;
  /** Units by model as JSON text, see `metering`. */
  readonly units?: string | undefined;
  readonly tokens: TokenTotals;
  readonly usageSource: "provider" | "estimated" | "unknown" | "none";
  /** True when the provider's figures were out of range and had to be bounded. */
  readonly usageSuspect: boolean;
  /** Undefined: usage or price unknown. */
  readonly cost?: NanoUsd | undefined;
  readonly book: Book;
  readonly priceVersion?: string | undefined;
  /** Display currency and its rate (units per USD) when the exchange ended. */
  readonly currency: string;
  readonly rate: string;
  readonly errorCode?: string | undefined;
  readonly errorSource?: "gateway" | "upstream" | "client" | "policy" | undefined;
  readonly billingOwner?: string | undefined;
  /** Whose answer it is, or would have been; undefined: as at the start. */
  readonly provider?: string | undefined;
  /** Where it may be processed and what was decided of that, in words; undefined where nothing is processed. */
  readonly residency?: string | undefined;
  /** Undefined: there was one place to go, and nothing was done with the name. */
  readonly route?: RouteRecord | undefined;
  readonly finish: Finish;
}
