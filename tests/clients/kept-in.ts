import { networkInterfaces } from "node:os";

/** Port 9 (discard) on loopback: refused at once. */
const DEAD_PROXY = "http://127.0.0.1:9";

/** For a client's environment: where nothing but loopback exists, packets cannot leave; elsewhere a dead proxy keeps them in. */
export function keptIn(): Readonly<Record<string, string>> {
  const isIsolated = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .every((address) => address.internal);
  return isIsolated
    ? {}
    : { HTTPS_PROXY: DEAD_PROXY, HTTP_PROXY: DEAD_PROXY, NO_PROXY: "127.0.0.1,localhost" };
}
