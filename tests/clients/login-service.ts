import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { loopbackCertificate } from "./certificate.ts";

/** Stands in for the hosts that a subscription's client calls by itself; above all, it renews logins. */
export interface LoginService extends AsyncDisposable {
  /** For the client's environment: it reaches these hosts through a proxy on loopback. */
  readonly env: Readonly<Record<string, string>>;
  /** How many logins were renewed. */
  renewals(): number;
}

const HOSTS = ["platform.claude.com", "api.anthropic.com"];

export async function openLoginService(): Promise<LoginService> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "spillway-login-"));
  opened.defer(async () => await rm(folder, { recursive: true, force: true }));
  const { certificate, key } = loopbackCertificate(HOSTS);
  const authority = join(folder, "ca.pem");
  await writeFile(authority, certificate);

  let renewals = 0;
  const hosts = createTlsServer({ cert: certificate, key }, (request, response) => {
    request.resume();
    response.setHeader("content-type", "application/json");
    if (request.url !== "/v1/oauth/token") {
      response.writeHead(404).end("{}");
      return;
    }
    renewals += 1;
    response.end(JSON.stringify(renewedLogin(renewals)));
  });
  const hostsPort = await listen(hosts, opened);
  const proxy = createServer();
  proxy.on("connect", (_request: IncomingMessage, client: Duplex) => tunnel(client, hostsPort));
  const proxyPort = await listen(proxy, opened);
  const owned = opened.move();
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NO_PROXY: "127.0.0.1,localhost",
      NODE_EXTRA_CA_CERTS: authority,
    },
    renewals: () => renewals,
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

function renewedLogin(serial: number): unknown {
  return {
    token_type: "Bearer",
    access_token: `sk-ant-oat01-renewed-${serial}-of-nobody`,
    refresh_token: `sk-ant-ort01-renewed-${serial}-of-nobody`,
    expires_in: 8 * 3_600,
    scope: "user:inference user:profile user:sessions:claude_code",
  };
}

function tunnel(client: Duplex, port: number): void {
  const host = connect({ port, host: "127.0.0.1" });
  host.on("connect", () => {
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    client.pipe(host).pipe(client);
  });
  host.on("error", () => client.destroy());
  client.on("error", () => host.destroy());
}

async function listen(server: Server, opened: AsyncDisposableStack): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  opened.defer(async () => {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    for (const socket of sockets) socket.destroy();
    await closed.promise;
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
