import type { SecureContext } from "node:tls";
import buildConnector from "undici/lib/core/connect.js";
import Client from "undici/lib/dispatcher/client.js";
import type { Secret } from "../../base/secret.ts";
import type { ResponseSink, Transport, UpstreamCall, UpstreamRequest } from "./contract.ts";
import { toDispatchOptions } from "./dispatch-options.ts";
import { ResponseAdapter } from "./response-adapter.ts";
import { type Connector, throughProxy } from "./tunnel.ts";

/** How to reach an origin and how long to wait for it. */
export interface TransportOptions {
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Idle sockets are closed before the upstream would, so that a request never races a close. */
  readonly keepAliveMs: number;
  /** Whom to trust; undefined is Node's own list. */
  readonly secureContext?: SecureContext | undefined;
  /** URL of a proxy that opens the way to an https origin; http origins are reached without. */
  readonly proxy?: Secret | undefined;
}

const MAX_RESPONSE_HEADER_BYTES = 64 * 1024;

/** One connection to the origin: an HTTP client that carries one exchange at a time. */
interface Connection {
  readonly client: Client;
  /** Exchanges carried since the socket was opened; zero means fresh. */
  carried: number;
  open: boolean;
  /** Also counts half a head, of which the HTTP client says nothing. */
  bytesRead(): number;
}

/**
 * Connections to one origin, reused last-in-first-out (ADR 0003). It knows of each whether it is fresh, which a general pool does
 * not tell, and which decides whether a reset may be repeated.
 */
export class DirectTransport implements Transport {
  readonly #origin: string;
  readonly #clientOptions: Client.Options;
  readonly #connector: Connector;
  readonly #connections = new Set<Connection>();
  #idle: Connection[] = [];

  constructor(origin: string, options: TransportOptions) {
    this.#origin = origin;
    // Shared by all clients, so that TLS sessions are resumed across connections.
    const connector = buildConnector({
      timeout: options.connectTimeoutMs,
      // The connector negotiates, and the client speaks whatever was negotiated.
      allowH2: false,
      ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
    });
    const { proxy, secureContext, connectTimeoutMs: timeoutMs } = options;
    this.#connector =
      proxy === undefined || !origin.startsWith("https:")
        ? connector
        : throughProxy(connector, { proxy, secureContext, timeoutMs });
    this.#clientOptions = {
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.idleTimeoutMs,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMs,
      maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
      pipelining: 1,
    };
  }

  send(
    request: UpstreamRequest,
    sink: ResponseSink,
    options: { readonly fresh?: boolean } = {},
  ): UpstreamCall {
    const connection = options.fresh === true ? this.#connect() : this.#take();
    const reused = connection.carried > 0;
    connection.carried += 1;
    const silentUntil = connection.bytesRead();
    const adapter = new ResponseAdapter(sink, {
      onReusedConnection: reused,
      isSilent: () => connection.bytesRead() === silentUntil,
      onDone: (reusable) => {
        if (reusable) this.#release(connection);
        else this.#drop(connection);
      },
    });
    connection.client.dispatch(toDispatchOptions(request), adapter);
    return adapter;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#idle = [];
    await Promise.all([...this.#connections].map(({ client }) => client.destroy()));
  }

  #take(): Connection {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.open) return idle;
    }
    return this.#connect();
  }

  /** One loop turn later, for a server that closes after all would otherwise meet the next request. */
  #release(connection: Connection): void {
    setImmediate(() => {
      if (connection.open) this.#idle.push(connection);
    });
  }

  #connect(): Connection {
    let socket: { readonly bytesRead: number } | null = null;
    const client = new Client(this.#origin, {
      ...this.#clientOptions,
      connect: (options, done) =>
        this.#connector(options, (...result) => {
          socket = result[1];
          done(...result);
        }),
    });
    const connection: Connection = {
      client,
      carried: 0,
      open: true,
      bytesRead: () => socket?.bytesRead ?? 0,
    };
    this.#connections.add(connection);
    client.on("disconnect", () => {
      this.#drop(connection);
    });
    client.on("connectionError", () => {
      this.#drop(connection);
    });
    return connection;
  }

  #drop(connection: Connection): void {
    if (!connection.open) return;
    connection.open = false;
    this.#connections.delete(connection);
    // Closed connections leave the idle list lazily, in one sweep when most of it is closed.
    if (this.#idle.length > 2 * this.#connections.size + 16) {
      this.#idle = this.#idle.filter(({ open }) => open);
    }
    void connection.client.destroy();
  }
}
