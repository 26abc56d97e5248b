import type { Dispatcher } from "undici";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { Flow, ResponseSink, UpstreamCall } from "./contract.ts";
import { toGatewayError } from "./failure.ts";

/** More interim responses than this is an attack on our memory, not progress. */
const MAX_INTERIM_RESPONSES = 16;

type Controller = Dispatcher.DispatchController;

/** What is known of the connection that carries a response. */
export interface Carrier {
  readonly onReusedConnection: boolean;
  /** True while not one byte has come since the request. */
  isSilent(): boolean;
  /** Hears once whether the connection may serve another request. */
  onDone(reusable: boolean): void;
}

/** Feeds one `undici` response into a sink, raw headers and all. */
export class ResponseAdapter implements Dispatcher.DispatchHandler, UpstreamCall, Flow {
  readonly #sink: ResponseSink;
  readonly #carrier: Carrier;
  #controller: Controller | undefined;
  #interimResponses = 0;
  #headSeen = false;
  #over = false;

  constructor(sink: ResponseSink, carrier: Carrier) {
    this.#sink = sink;
    this.#carrier = carrier;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error("aborted"));
  }

  onResponseStart(
    controller: Controller,
    status: number,
    _headers: unknown,
    reason: string | undefined,
  ): void {
    if (this.#over) return;
    if (status < 200) {
      this.#interimResponses += 1;
      if (this.#interimResponses > MAX_INTERIM_RESPONSES) {
        this.#refuse(controller, "The upstream sent too many interim responses");
      }
      return;
    }
    this.#headSeen = true;
    const headers = toHeaderList(controller.rawHeaders);
    if (headers === undefined) {
      this.#refuse(controller, "The upstream's header fields did not come as they were sent");
      return;
    }
    this.#sink.onHead({ status, reason: toLatin1(reason ?? ""), headers }, this);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (!this.#over) this.#sink.onData(chunk);
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#carrier.onDone(true);
    this.#sink.onEnd();
  }

  onResponseError(_controller: Controller | null, cause: Error): void {
    if (!this.#over) this.#fail(toGatewayError(cause));
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#carrier.onDone(false);
    this.#controller?.abort(new Error("aborted"));
  }

  #refuse(controller: Controller, message: string): void {
    this.#fail(gatewayError("upstream_malformed", message));
    controller.abort(new Error(message));
  }

  #fail(error: GatewayError): void {
    this.#over = true;
    this.#carrier.onDone(false);
    this.#sink.onFailure({
      error,
      beforeResponse: !this.#headSeen && this.#interimResponses === 0 && this.#carrier.isSilent(),
      onReusedConnection: this.#carrier.onReusedConnection,
    });
  }
}

/** The HTTP client decodes reasons as UTF-8; this gives the bytes back, and `?` for those that were none. */
function toLatin1(reason: string): string {
  return /^[\x20-\x7e]*$/.test(reason)
    ? reason
    : Buffer.from(reason.replaceAll("\ufffd", "?"), "utf8").toString("latin1");
}

/** Undefined when there is no list, as with HTTP/2: fields in an object have lost order, case and repetitions. */
function toHeaderList(raw: Controller["rawHeaders"]): readonly string[] | undefined {
  if (!Array.isArray(raw)) return undefined;
  return raw.map((part) => (typeof part === "string" ? part : part.toString("latin1")));
}
