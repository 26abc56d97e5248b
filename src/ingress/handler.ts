import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../base/clock.ts";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import type { IdSource } from "../base/ids.ts";
import { sendWhole } from "../exchange/answer/client-side.ts";
import type { ClientCall } from "../exchange/call.ts";
import type { ClientDialect } from "../exchange/dialect.ts";
import { type Address, readAddress } from "./address.ts";
import { anthropicDialect } from "./anthropic/errors.ts";
import type { Answer } from "./self-service/answer.ts";
import type { SelfService } from "./self-service/endpoints.ts";
import { readTarget } from "./target.ts";

/** What the front door needs of the house. */
export interface IngressOptions {
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly selfService: SelfService;
  /** Why no new exchange may begin now, if so. */
  readonly shed: () => GatewayError | undefined;
  readonly run: (call: ClientCall) => Promise<void>;
  /** A request ended here, before an exchange began. */
  readonly onRefused: (id: string, error: GatewayError) => void;
  /** A bug: an exchange threw. */
  readonly onBug: (id: string, cause: unknown) => void;
}

/** How a refusal is said. */
interface Saying {
  readonly dialect?: ClientDialect;
  /** Sent beside those that every error has. */
  readonly fields?: HeaderList | undefined;
}

type Pair = Pick<ClientCall, "request" | "response">;

/** Tells Spillway's own endpoints from what is passed on, and begins the exchanges. */
export class Ingress {
  readonly #options: IngressOptions;

  constructor(options: IngressOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const target = readTarget(request.url ?? "");
    if (!target.ok) {
      this.refuse(request, response, target.error);
      return;
    }
    if (this.#options.selfService.answers(target.value.path)) {
      this.#answer({ request, response }, target.value.target);
      return;
    }
    const address = readAddress(request.method ?? "", target.value, request.headers);
    const overloaded = this.#options.shed();
    if (overloaded !== undefined) {
      this.refuse(request, response, overloaded, { dialect: address.dialect });
      return;
    }
    if (wantsWebSocket(request, address)) {
      this.refuse(request, response, NO_WEBSOCKET, {
        dialect: address.dialect,
        fields: PLAIN_HTTP,
      });
      return;
    }
    if (address.refusal !== undefined) {
      this.refuse(request, response, address.refusal, { dialect: address.dialect });
      return;
    }
    this.#forward({ request, response }, address);
  }

  refuse(
    request: IncomingMessage,
    response: ServerResponse,
    error: GatewayError,
    { dialect = anthropicDialect, fields = [] }: Saying = {},
  ): void {
    const id = this.#options.ids.next();
    this.#options.onRefused(id, error);
    const { status, headers, body } = dialect.renderError(error, id);
    sendWhole({ request, response }, status, [...headers, ...fields], body);
  }

  #answer({ request, response }: Pair, target: string): void {
    this.#options.selfService.handle(request, target).then(
      (answer) => {
        if (answer.ok) sendAnswer({ request, response }, answer.value);
        else this.refuse(request, response, answer.error.error, answer.error);
      },
      (cause: unknown) => this.#bug({ request, response }, this.#options.ids.next(), cause),
    );
  }

  #forward({ request, response }: Pair, address: Address): void {
    const { ids, clock, run } = this.#options;
    const id = ids.next();
    run({
      id,
      request,
      response,
      ...address,
      startedAt: clock.now(),
      startedMs: clock.monotonicMs(),
    }).catch((cause: unknown) => this.#bug({ request, response }, id, cause, address.dialect));
  }

  #bug(
    { request, response }: Pair,
    id: string,
    cause: unknown,
    dialect: ClientDialect = anthropicDialect,
  ): void {
    this.#options.onBug(id, cause);
    const error = gatewayError("internal", "This is a bug in Spillway; its log has the cause", {
      cause,
    });
    if (response.headersSent) response.destroy();
    else {
      const rendered = dialect.renderError(error, id);
      sendWhole({ request, response }, rendered.status, rendered.headers, rendered.body);
    }
  }
}

/** Codex tries one first, and goes on over HTTP at once when it is told so; every other answer costs it seconds. */
function wantsWebSocket({ method, headers }: IncomingMessage, { path }: Address): boolean {
  if (method !== "GET" || !path.endsWith("/v1/responses")) return false;
  return headers.upgrade?.toLowerCase().includes("websocket") === true;
}

const NO_WEBSOCKET = gatewayError(
  "websocket_not_supported",
  "Responses are answered over plain HTTP here, not over a WebSocket",
);
/** A 426 has to name what is spoken instead. */
const PLAIN_HTTP = ["connection", "upgrade", "upgrade", "HTTP/1.1"];

function sendAnswer(pair: Pair, { status, contentType, body }: Answer): void {
  const headers = ["content-type", contentType, "cache-control", "no-store"];
  sendWhole(pair, status, headers, body);
}
