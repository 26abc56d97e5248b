import type { Server } from "node:http";
import { fail, ok, type Result } from "../base/result.ts";

/** Begins to listen; resolves with the port, or with what to do about a port that cannot be had. */
export async function listen(
  server: Server,
  { port, bind }: { readonly port: number; readonly bind: string },
): Promise<Result<number, string>> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  server.once("error", resolve);
  server.listen(port, bind, () => resolve(undefined));
  const error = await promise;
  if (error !== undefined) return fail(explain(error, port, bind));
  server.off("error", resolve);
  const address = server.address();
  return ok(typeof address === "object" && address !== null ? address.port : port);
}

/** Stops accepting; idle connections are closed, busy ones are left to finish. */
export async function stopAccepting(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  await promise;
}

/** Where a client on this machine reaches the listener. */
export function urlOf(bind: string, port: number): string {
  const everywhere: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "[::1]" };
  const host = everywhere[bind] ?? (bind.includes(":") ? `[${bind}]` : bind);
  return `http://${host}:${port}`;
}

function explain(error: Error, port: number, bind: string): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return `Port ${port} already in use. Another instance running? Stop it, or choose another port with PORT=… or listener.port`;
  }
  if (code === "EACCES") return `Port ${port} needs more rights. Choose one above 1023 with PORT=…`;
  if (code === "EADDRNOTAVAIL") return `This machine has no address ${bind} (BIND, listener.bind)`;
  return `Cannot listen on ${bind} port ${port}: ${error.message}`;
}
