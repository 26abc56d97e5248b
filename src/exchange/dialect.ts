import type { GatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";

/** An error as one client dialect says it. */
export interface RenderedError {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

/** How errors are told to a client; the rest of a same-dialect exchange is bytes. */
export interface ClientDialect {
  readonly id: string;
  renderError(error: GatewayError, requestId: string): RenderedError;
  /** One whole event for a stream that cannot go on. */
  renderStreamError(error: GatewayError): string;
}
