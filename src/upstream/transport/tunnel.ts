import { request } from "node:http";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContext } from "node:tls";
import type { buildConnector } from "undici";
import type { Secret } from "../../base/secret.ts";
import { ProxyFailure, toProxyFailure } from "./failure.ts";

/** Opens one connection, ready for HTTP. */
export type Connector = buildConnector.connector;

export interface TunnelOptions {
  /** URL of the proxy, with its user and password if it has them. */
  readonly proxy: Secret;
  /** Holds for the way to the origin; its TLS handshake has the same time again. */
  readonly timeoutMs: number;
  /** Whom to trust when the proxy itself is reached by TLS. */
  readonly secureContext: SecureContext | undefined;
}

const MAX_PROXY_HEAD_BYTES = 16 * 1024;

/** Connects as `handshake` does, but over a way that a proxy has opened with CONNECT (RFC 9110, section 9.3.6). */
export function throughProxy(handshake: Connector, options: TunnelOptions): Connector {
  return (target, done) => {
    const host = isIP(target.hostname) === 6 ? `[${target.hostname}]` : target.hostname;
    openTunnel(`${host}:${target.port || "443"}`, options, (failure, httpSocket) => {
      if (failure === null) handshake({ ...target, httpSocket }, done);
      else done(failure, null);
    });
  };
}

type Opened = (...result: [null, Socket] | [ProxyFailure, undefined]) => void;

/** Asks the proxy for a way to `authority`; the proxy's password goes to the proxy alone. */
function openTunnel(authority: string, options: TunnelOptions, opened: Opened): void {
  const proxy = new URL(options.proxy.reveal());
  const socket = connectTo(proxy, options.secureContext);
  const asked = request({
    createConnection: () => socket,
    method: "CONNECT",
    path: authority,
    headers: { host: authority, connection: "keep-alive", ...authorization(proxy) },
    maxHeaderSize: MAX_PROXY_HEAD_BYTES,
  });
  let over = false;
  const refuse = (cause: unknown): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    socket.destroy();
    opened(toProxyFailure(cause), undefined);
  };
  const timer = setTimeout(() => {
    refuse(new ProxyFailure("upstream_connect_timeout", "The proxy opened no way in time"));
  }, options.timeoutMs);
  asked.on("error", refuse);
  // Also hears of an answer that is none to CONNECT.
  asked.on("close", () => refuse(undefined));
  asked.on("connect", ({ statusCode = 0 }, _socket, rest) => {
    if (statusCode < 200 || statusCode > 299) {
      refuse(new ProxyFailure("upstream_unreachable", `The proxy answered with ${statusCode}`));
    } else if (rest.length > 0) {
      // In TLS the client speaks first, so these bytes are not the origin's.
      refuse(new ProxyFailure("upstream_malformed", "The proxy sent more than an answer"));
    } else if (!over) {
      over = true;
      clearTimeout(timer);
      opened(null, socket);
    }
  });
  asked.end();
}

function connectTo(proxy: URL, secureContext: SecureContext | undefined): Socket {
  const host = proxy.hostname.replace(/^\[|\]$/g, "");
  if (proxy.protocol === "http:") return connectTcp({ host, port: Number(proxy.port || 80) });
  return connectTls({
    host,
    port: Number(proxy.port || 443),
    servername: isIP(host) === 0 ? host : "",
    ALPNProtocols: ["http/1.1"],
    secureContext,
  });
}

/** Basic credentials (RFC 7617), where the proxy's URL has any. */
function authorization({ username, password }: URL): { readonly "proxy-authorization"?: string } {
  if (username === "" && password === "") return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** A lone `%` in a password is taken for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
