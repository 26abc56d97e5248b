import { createSecureContext, getCACertificates } from "node:tls";
import type { Secret } from "../../base/secret.ts";
import type { Transport } from "./contract.ts";
import { DirectTransport, type TransportOptions } from "./direct.ts";

/** The way out of the network, as configured. */
export interface Egress {
  readonly proxy: "none" | "env" | Secret;
  readonly ca: "bundled" | "system" | "both";
  /** Text of a PEM file with further authorities. */
  readonly extraCa: string | undefined;
}

/** Opens the way to an origin: direct, or through a proxy where one is configured. */
export async function openTransport(
  origin: string,
  timeouts: Omit<TransportOptions, "secureContext">,
  egress: Egress,
): Promise<Transport> {
  // One context for all connections: parsing a few hundred certificates takes longer than a handshake.
  const options = origin.startsWith("https:")
    ? { ...timeouts, secureContext: createSecureContext({ ca: authorities(egress) }) }
    : timeouts;
  if (egress.proxy === "none") return new DirectTransport(origin, options);
  const { ProxiedTransport } = await import("./proxied.ts");
  const proxy = egress.proxy === "env" ? "env" : egress.proxy.reveal();
  return new ProxiedTransport(origin, options, proxy);
}

/** Naming authorities replaces Node's own list, so all of them are named, `NODE_EXTRA_CA_CERTS` too. */
function authorities({ ca, extraCa }: Egress): string[] {
  const lists = {
    bundled: () => getCACertificates("bundled"),
    system: () => getCACertificates("system"),
    both: () => [...getCACertificates("bundled"), ...getCACertificates("system")],
  } as const;
  const extra = extraCa === undefined ? [] : [extraCa];
  return [...new Set([...lists[ca](), ...getCACertificates("extra"), ...extra])];
}
