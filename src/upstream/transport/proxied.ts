import { type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from "undici";
import type { ResponseSink, Transport, UpstreamCall, UpstreamRequest } from "./contract.ts";
import type { TransportOptions } from "./direct.ts";
import { toDispatchOptions } from "./dispatch-options.ts";
import { type Carrier, ResponseAdapter } from "./response-adapter.ts";

/** Whether the tunnel is fresh is not known here, so a reset through a proxy is never repeated. */
const UNKNOWN_CONNECTION: Carrier = {
  onReusedConnection: false,
  isSilent: () => true,
  onDone: () => {},
};

/** Sends to the origin through a corporate proxy, or by the `HTTPS_PROXY` family of variables. */
export class ProxiedTransport implements Transport {
  readonly #origin: string;
  readonly #agent: Dispatcher;

  /** `proxy` is a URL, or `env` for the variables. */
  constructor(origin: string, options: TransportOptions, proxy: string) {
    this.#origin = origin;
    const tls = options.secureContext === undefined ? {} : { secureContext: options.secureContext };
    const common = {
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.idleTimeoutMs,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMs,
      connect: { timeout: options.connectTimeoutMs, ...tls },
      requestTls: { timeout: options.connectTimeoutMs, ...tls },
    };
    this.#agent =
      proxy === "env" ? new EnvHttpProxyAgent(common) : new ProxyAgent({ uri: proxy, ...common });
  }

  send(request: UpstreamRequest, sink: ResponseSink): UpstreamCall {
    const adapter = new ResponseAdapter(sink, UNKNOWN_CONNECTION);
    this.#agent.dispatch({ origin: this.#origin, ...toDispatchOptions(request) }, adapter);
    return adapter;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}
