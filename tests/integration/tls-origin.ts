import { createSecureServer } from "node:http2";
import { type Certificate, loopbackCertificate } from "../clients/certificate.ts";

/** A request as a TLS origin saw it. */
export interface SeenRequest {
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** What the origin answers, field names with their case and repetitions. */
export interface Answer {
  readonly headers: string[];
  readonly body: string;
}

/** An HTTPS server that speaks HTTP/2 with everybody who offers it. */
export interface TlsOrigin extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** PEM; made for one test and trusted by nobody else. */
  readonly certificate: string;
  readonly requests: readonly SeenRequest[];
  /** Resets the connection of the n-th request (0 first) instead of answering it. */
  resetAt(number: number): void;
}

export async function startTlsOrigin(
  answer: Answer,
  { certificate, key }: Certificate = loopbackCertificate(),
): Promise<TlsOrigin> {
  const requests: SeenRequest[] = [];
  const resets = new Set<number>();
  const server = createSecureServer({ cert: certificate, key, allowHTTP1: true });
  server.on("request", (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { httpVersion, rawHeaders } = request;
      const number = requests.push({ httpVersion, rawHeaders, body: Buffer.concat(parts) }) - 1;
      if (resets.has(number)) {
        request.socket.destroy();
        return;
      }
      // HTTP/2 takes no list; that it is spoken at all is what a test complains about.
      if (httpVersion === "2.0") response.writeHead(200);
      else response.writeHead(200, answer.headers);
      response.end(answer.body);
    });
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `https://127.0.0.1:${address.port}`,
    port: address.port,
    certificate,
    requests,
    resetAt: (number) => resets.add(number),
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}
